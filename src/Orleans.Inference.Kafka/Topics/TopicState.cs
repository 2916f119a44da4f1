using Orleans.Inference.Delivery;

namespace Orleans.Inference.Kafka;

/// <summary>A topic as the cluster describes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Incarnation">Cluster id and topic id: a topic that was deleted and made again has another.</param>
/// <param name="IsMock">Whether the cluster is a development broker.</param>
/// <param name="Partitions">Every partition's first retained and end offset, by partition number.</param>
internal sealed record TopicState(string Name, string Incarnation, bool IsMock, IReadOnlyList<PartitionExtent> Partitions);
