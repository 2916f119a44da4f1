namespace Orleans.Inference.Streams.Kafka;

/// <summary>Which stream of the namespace a record belongs to.</summary>
public enum KafkaStreamKey
{
    /// <summary>
    /// One stream a partition; its key is the partition's number (<c>StreamId.Create(topic, 3)</c>). All records of a partition go to the same
    /// consumers in large batches. What is sent to such a stream goes to its partition.
    /// </summary>
    Partition,

    /// <summary>
    /// One stream a key: the record's key as UTF-8 text. Records without a key are in the stream <c>#PARTITION</c>. What is sent to such a
    /// stream without a key of its own gets the stream's, and Kafka's usual partitioner (murmur2) chooses.
    /// </summary>
    Record,
}
