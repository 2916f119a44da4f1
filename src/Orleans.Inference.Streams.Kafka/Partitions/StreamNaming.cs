using System.Globalization;
using System.Text;

namespace Orleans.Inference.Streams.Kafka;

/// <summary>Which stream a record belongs to, and which partition a stream.</summary>
internal sealed class StreamNaming(KafkaStreamOptions options, int partitions)
{
    private readonly byte[] _namespace = Encoding.UTF8.GetBytes(options.EffectiveNamespace);
    private readonly StreamId[] _streams =
        [.. Enumerable.Range(0, partitions).Select(partition => StreamId.Create(options.EffectiveNamespace, partition.ToString(CultureInfo.InvariantCulture)))];

    public KafkaStreamKey StreamKey => options.StreamKey;

    public int Partitions => partitions;

    /// <summary>The one stream of a partition.</summary>
    public StreamId StreamOf(int partition) => _streams[partition];

    /// <summary>The stream of the record's key.</summary>
    public StreamId StreamOf(KafkaRecord record) =>
        record.Key is { Length: > 0 } key ? StreamId.Create(_namespace, key) : StreamId.Create(options.EffectiveNamespace, $"#{record.Partition}");

    /// <summary>Where a stream's records are.</summary>
    /// <exception cref="ArgumentException">The stream is of another namespace, or of no partition of this topic.</exception>
    public int PartitionOf(StreamId stream)
    {
        var key = stream.GetKeyAsString();
        if (!stream.Namespace.Span.SequenceEqual(_namespace))
        {
            throw new ArgumentException($"Stream {stream} is not in the namespace '{options.EffectiveNamespace}' of this provider.", nameof(stream));
        }

        if (StreamKey == KafkaStreamKey.Record && !key.StartsWith('#'))
        {
            return Murmur2.PartitionOf(stream.Key.Span, partitions);
        }

        var number = StreamKey == KafkaStreamKey.Record ? key[1..] : key;
        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var partition) && partition < partitions
            ? partition
            : throw new ArgumentException($"Stream {stream} is no partition: keys are 0 to {partitions - 1}.", nameof(stream));
    }
}
