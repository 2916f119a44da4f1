using System.Text;

namespace Orleans.Inference.Streams.Kafka;

/// <summary>Records as they are. Sends <see cref="KafkaRecord"/>, byte arrays and strings (UTF-8).</summary>
public sealed class RecordSerializer : IKafkaRecordSerializer
{
    /// <inheritdoc/>
    public KafkaPayload Deserialize(KafkaRecord record) => KafkaPayload.Of(record);

    /// <inheritdoc/>
    public KafkaRecord Serialize(object item) => item switch
    {
        KafkaRecord record => record,
        byte[] value => new KafkaRecord { Value = value },
        string text => new KafkaRecord { Value = Encoding.UTF8.GetBytes(text) },
        _ => throw new ArgumentException(
            $"A {item.GetType()} cannot be sent: send a {nameof(KafkaRecord)}, bytes or a string, or set {nameof(KafkaStreamOptions.Serializer)}.",
            nameof(item)),
    };
}
