namespace Orleans.Inference.Kafka;

/// <summary>A topic to be made on a development broker.</summary>
public sealed record TopicSpec(string Name, int Partitions);
