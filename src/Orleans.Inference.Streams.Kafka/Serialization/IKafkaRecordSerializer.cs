namespace Orleans.Inference.Streams.Kafka;

/// <summary>Makes events of records and records of events. Called from many threads.</summary>
public interface IKafkaRecordSerializer
{
    /// <summary>A record that cannot be read is a value, <see cref="KafkaPayload.Rejected"/>; an exception does the same and costs more.</summary>
    KafkaPayload Deserialize(KafkaRecord record);

    /// <summary>Key, value and headers of what is sent; a null key is left to the stream: see <see cref="KafkaStreamKey"/>.</summary>
    /// <exception cref="ArgumentException">The event is of a type that cannot be sent.</exception>
    KafkaRecord Serialize(object item);
}
