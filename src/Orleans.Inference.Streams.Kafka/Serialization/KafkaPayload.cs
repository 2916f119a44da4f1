namespace Orleans.Inference.Streams.Kafka;

/// <summary>What a serializer made of a record: an event, or the reason why it is none.</summary>
public readonly record struct KafkaPayload
{
    private KafkaPayload(object? value, string? reason, string? field) => (Event, Reason, Field) = (value, reason, field);

    /// <summary>What the stream's consumers get; null when there is a <see cref="Reason"/>.</summary>
    public object? Event { get; }

    /// <summary>Why the record goes to the dead-letter topic.</summary>
    public string? Reason { get; }

    /// <summary>The field at fault, where one is.</summary>
    public string? Field { get; }

    /// <param name="value">The event.</param>
    public static KafkaPayload Of(object value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new(value, reason: null, field: null);
    }

    /// <param name="reason">For the header <c>dlq-reason</c>.</param>
    /// <param name="field">For the header <c>dlq-field</c>.</param>
    public static KafkaPayload Rejected(string reason, string? field = null) => new(value: null, reason, field);
}
