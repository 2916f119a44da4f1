using Microsoft.Extensions.Logging;
using Orleans.Inference.Delivery;

namespace Orleans.Inference.Kafka;

/// <summary>
/// A Kafka topic as a source: all partitions are assigned by hand (no group rebalancing), each has its own queue in librdkafka. A partition that is
/// refused is simply not read on, so nothing that was fetched is thrown away and the others do not wait.
/// </summary>
internal sealed class KafkaRecordSource(
    string topic, string group, KafkaSettings settings, ILogger<KafkaRecordSource> logger, TimeProvider time) : IRecordSource
{
    private readonly Lock _gate = new();
    private TopicState? _state;
    private ConsumerLoop? _loop;
    private bool _closed;

    public async Task<SourceTopic> OpenAsync(CancellationToken cancellationToken)
    {
        settings.Validate();
        var states = await new TopicCatalog(settings, logger, time).DescribeAsync([topic], cancellationToken);
        _state = states[0];
        return new SourceTopic(topic, _state.Incarnation, _state.Partitions);
    }

    public void Start(IReadOnlyList<PartitionOffset> next, IRecordReceiver receiver)
    {
        if (_state is not { } state)
        {
            throw new InvalidOperationException("Open the source before starting it.");
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            if (_loop is not null)
            {
                throw new InvalidOperationException("The source has been started.");
            }

            _loop = new ConsumerLoop(
                topic, group, ClientSettings.Consumer(settings, group, state.IsMock), InRange(state, next), receiver, logger, time);
            _loop.Start();
        }
    }

    public void Resume(int partition) => Volatile.Read(ref _loop)?.Resume(partition);

    public long EndOf(int partition) => Volatile.Read(ref _loop)?.EndOf(partition) ?? -1;

    public void Commit(IReadOnlyList<PartitionOffset> next)
    {
        if (next.Count > 0)
        {
            Volatile.Read(ref _loop)?.Commit(next);
        }
    }

    public async ValueTask DisposeAsync()
    {
        ConsumerLoop? loop;
        lock (_gate)
        {
            _closed = true;
            loop = _loop;
        }

        if (loop is not null)
        {
            await loop.DisposeAsync();
        }
    }

    /// <summary>Positions that the topic does not hold are replaced by the partition's first.</summary>
    private List<PartitionOffset> InRange(TopicState state, IReadOnlyList<PartitionOffset> next)
    {
        var extents = state.Partitions.ToDictionary(extent => extent.Partition);
        var positions = new List<PartitionOffset>(next.Count);
        foreach (var (partition, offset) in next)
        {
            var extent = extents[partition];
            var isHeld = offset >= extent.First && offset <= extent.End;
            if (!isHeld)
            {
                Log.OutOfRange(logger, topic, partition, extent.First, extent.End, offset);
            }

            positions.Add(new PartitionOffset(partition, isHeld ? offset : extent.First));
        }

        return positions;
    }
}
