namespace Orleans.Inference.Streams.Kafka;

/// <summary>Who says that a record need not be read again.</summary>
public enum KafkaStreamCommit
{
    /// <summary>A record is done when all its consumers have returned from it; the lowest offset in flight is committed.</summary>
    Delivered,

    /// <summary>
    /// Nothing is committed until the consumer does so with <see cref="IKafkaStreamOffsets"/>, for instance when its state has been saved. A
    /// consumer that is activated anew resumes its subscription with the token of the first record that it has not saved.
    /// </summary>
    Consumer,
}
