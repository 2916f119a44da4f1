using Orleans.Streams;

namespace Orleans.Inference.Streams.Kafka;

/// <summary>Partition p is queue p. Their hashes divide the ring evenly, for balancers that go by it.</summary>
internal sealed class PartitionQueueMapper(string name, StreamNaming naming) : IConsistentRingStreamQueueMapper
{
    private readonly QueueId[] _queues =
    [
        .. Enumerable.Range(0, naming.Partitions)
            .Select(partition => QueueId.GetQueueId(name, (uint)partition, (uint)((ulong)partition * (1UL << 32) / (ulong)naming.Partitions))),
    ];

    public IEnumerable<QueueId> GetAllQueues() => _queues;

    public QueueId GetQueueForStream(StreamId streamId) => _queues[naming.PartitionOf(streamId)];

    public IEnumerable<QueueId> GetQueuesForRange(IRingRange range) => _queues.Where(queue => range.InRange(queue.GetUniformHashCode()));
}
