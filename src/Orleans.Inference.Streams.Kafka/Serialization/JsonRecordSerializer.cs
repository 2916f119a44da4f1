using System.Text.Json;

namespace Orleans.Inference.Streams.Kafka;

/// <summary>One type of event as JSON in the record's value; the key is left to the stream.</summary>
/// <typeparam name="T">The event; consumers on other silos need it to be serializable by Orleans.</typeparam>
public sealed class JsonRecordSerializer<T>(JsonSerializerOptions? options = null) : IKafkaRecordSerializer
    where T : notnull
{
    private readonly JsonSerializerOptions _options = options ?? JsonSerializerOptions.Web;

    /// <inheritdoc/>
    public KafkaPayload Deserialize(KafkaRecord record)
    {
        if (record.Value is null)
        {
            return KafkaPayload.Rejected("the record has no value");
        }

        try
        {
            return JsonSerializer.Deserialize<T>(record.Value, _options) is { } value ? KafkaPayload.Of(value) : KafkaPayload.Rejected("the value is null");
        }
        catch (JsonException problem)
        {
            return KafkaPayload.Rejected($"the value is no {typeof(T).Name}: {problem.Message}", problem.Path);
        }
    }

    /// <inheritdoc/>
    public KafkaRecord Serialize(object item) => item is T value
        ? new KafkaRecord { Value = JsonSerializer.SerializeToUtf8Bytes(value, _options) }
        : throw new ArgumentException($"The stream carries {typeof(T)}, not {item.GetType()}.", nameof(item));
}
