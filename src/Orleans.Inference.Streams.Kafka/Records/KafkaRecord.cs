namespace Orleans.Inference.Streams.Kafka;

/// <summary>A record of a topic as it is there; what streams carry unless a serializer makes something else of it.</summary>
/// <remarks>Immutable: do not write to the arrays, which a local grain call passes on without a copy.</remarks>
[GenerateSerializer, Immutable, Alias("Orleans.Inference.Streams.Kafka.KafkaRecord")]
public sealed record KafkaRecord
{
    /// <summary>The key's bytes; null: no key.</summary>
    [Id(0)]
    public byte[]? Key { get; init; }

    /// <summary>The value's bytes; null: a deletion in a compacted topic.</summary>
    [Id(1)]
    public byte[]? Value { get; init; }

    /// <summary>In the record's order.</summary>
    [Id(2)]
    public IReadOnlyList<KafkaHeader> Headers { get; init; } = [];

    /// <summary>Milliseconds since 1970, as the producer or the broker gave them; 0 when there are none.</summary>
    [Id(3)]
    public long TimestampMilliseconds { get; init; }

    /// <summary>Where it was read; when producing: -1, the stream decides.</summary>
    [Id(4)]
    public int Partition { get; init; } = -1;

    /// <summary>Where it was read; when producing: -1, the broker decides.</summary>
    [Id(5)]
    public long Offset { get; init; } = -1;

    /// <summary><see cref="TimestampMilliseconds"/> in UTC.</summary>
    public DateTimeOffset Timestamp => DateTimeOffset.FromUnixTimeMilliseconds(TimestampMilliseconds);

    /// <summary>Bytes it is counted with against the cache's bound: key, value and what an object costs.</summary>
    internal int Size => (Key?.Length ?? 0) + (Value?.Length ?? 0) + 128;
}
