namespace Orleans.Inference.Streams.Kafka;

/// <summary>Where reading begins when the group has committed nothing.</summary>
public enum KafkaStreamStart
{
    /// <summary>At the first record that the topic still holds.</summary>
    Earliest,

    /// <summary>With what comes from now on.</summary>
    Latest,
}
