using Orleans.Inference.Delivery;

namespace Orleans.Inference.Commands.Benchmarks.Streaming;

/// <summary>A source that notes when its first record came: connecting is not what is measured.</summary>
internal sealed class ObservedSource(IRecordSource inner) : IRecordSource, IRecordReceiver
{
    private IRecordReceiver? _receiver;

    /// <summary>Timestamp of the first record; 0 before it.</summary>
    public long FirstAt { get; private set; }

    public Task<SourceTopic> OpenAsync(CancellationToken cancellationToken) => inner.OpenAsync(cancellationToken);

    public void Start(IReadOnlyList<PartitionOffset> next, IRecordReceiver receiver)
    {
        _receiver = receiver;
        inner.Start(next, this);
    }

    public void Resume(int partition) => inner.Resume(partition);

    public void Commit(IReadOnlyList<PartitionOffset> next) => inner.Commit(next);

    public long EndOf(int partition) => inner.EndOf(partition);

    public bool TryReceive(in SourceRecord record)
    {
        if (FirstAt == 0)
        {
            FirstAt = TimeProvider.System.GetTimestamp();
        }

        return _receiver!.TryReceive(record);
    }

    public void ReachedEnd(int partition, long endOffset) => _receiver!.ReachedEnd(partition, endOffset);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
