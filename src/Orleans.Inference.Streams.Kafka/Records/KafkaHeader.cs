namespace Orleans.Inference.Streams.Kafka;

/// <summary>A header of a record; names may repeat.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its bytes; null is a value too.</param>
[GenerateSerializer, Immutable, Alias("Orleans.Inference.Streams.Kafka.KafkaHeader")]
public sealed record KafkaHeader([property: Id(0)] string Name, [property: Id(1)] byte[]? Value);
