using Orleans.Streams;

namespace Orleans.Inference.Streams.Kafka;

/// <summary>A place in a partition. <c>new KafkaSequenceToken(offset)</c> starts a subscription at that record, itself included.</summary>
/// <remarks>
/// A token with an <see cref="EventIndex"/> above 0 names a delivered batch: the offsets from <see cref="SequenceNumber"/> on, so many of them.
/// Orleans compares these between a pulling agent and a grain to find out what has been delivered; users get them nowhere.
/// </remarks>
[GenerateSerializer, Immutable, Alias("Orleans.Inference.Streams.Kafka.KafkaSequenceToken")]
public sealed class KafkaSequenceToken : StreamSequenceToken
{
    /// <param name="offset">The record's offset, from 0.</param>
    public KafkaSequenceToken(long offset)
        : this(offset, 0)
    {
    }

    internal KafkaSequenceToken(long first, int length)
    {
        SequenceNumber = first;
        EventIndex = length;
    }

    /// <summary>The offset of the record, or of a batch's first.</summary>
    [Id(0)]
    public override long SequenceNumber { get; protected set; }

    /// <summary>0 for a record, else how many offsets the batch spans.</summary>
    [Id(1)]
    public override int EventIndex { get; protected set; }

    /// <inheritdoc/>
    public override bool Equals(StreamSequenceToken? other) =>
        other is KafkaSequenceToken && other.SequenceNumber == SequenceNumber && other.EventIndex == EventIndex;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as StreamSequenceToken);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(SequenceNumber, EventIndex);

    /// <summary>By offset.</summary>
    /// <exception cref="ArgumentException">The other is no place in a Kafka partition.</exception>
    public override int CompareTo(StreamSequenceToken? other) => other switch
    {
        null => 1,
        KafkaSequenceToken => (SequenceNumber, EventIndex).CompareTo((other.SequenceNumber, other.EventIndex)),
        _ => throw new ArgumentException($"A {other.GetType().Name} is no place in a Kafka partition; use a {nameof(KafkaSequenceToken)}.", nameof(other)),
    };

    /// <inheritdoc/>
    public override string ToString() => EventIndex == 0 ? $"offset {SequenceNumber}" : $"offsets {SequenceNumber} to {SequenceNumber + EventIndex - 1}";
}
