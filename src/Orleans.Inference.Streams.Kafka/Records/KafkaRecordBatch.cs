namespace Orleans.Inference.Streams.Kafka;

/// <summary>
/// Consecutive records of one stream. A consumer that subscribes to a stream of these gets one call and one object for each batch instead of
/// one for each record; needs the default serializer, which leaves records as they are.
/// </summary>
[GenerateSerializer, Immutable, Alias("Orleans.Inference.Streams.Kafka.KafkaRecordBatch")]
public sealed class KafkaRecordBatch(IReadOnlyList<KafkaRecord> records)
{
    /// <summary>At least one, by ascending offset.</summary>
    [Id(0)]
    public IReadOnlyList<KafkaRecord> Records { get; } = records;
}
