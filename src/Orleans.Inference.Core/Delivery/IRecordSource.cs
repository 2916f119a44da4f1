namespace Orleans.Inference.Delivery;

/// <summary>
/// One topic as a source of records. Positions come from the caller's checkpoint, never from the source's own memory.
/// </summary>
public interface IRecordSource : IAsyncDisposable
{
    /// <summary>
    /// Connects and looks at the topic, creating it where that is allowed. Keeps trying while the broker is down; says so through the log.
    /// </summary>
    Task<SourceTopic> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Starts delivering the partitions named, each from its next offset, on a thread of its own. The topic's other partitions are not read.</summary>
    void Start(IReadOnlyList<PartitionOffset> next, IRecordReceiver receiver);

    /// <summary>Delivers a partition again that the receiver had refused. Any thread.</summary>
    void Resume(int partition);

    /// <summary>Offset after the partition's last record as far as is known without asking; -1 when it is not. Any thread.</summary>
    long EndOf(int partition);

    /// <summary>Writes the group's offsets, for monitors. Any thread; a failure is logged and forgotten.</summary>
    void Commit(IReadOnlyList<PartitionOffset> next);
}

/// <summary>Takes a source's records on the source's thread.</summary>
public interface IRecordReceiver
{
    /// <summary>
    /// Takes a record, or refuses it with false when its partition's queue is full: the source keeps it, stops the partition, and offers it again after
    /// <see cref="IRecordSource.Resume"/>.
    /// </summary>
    bool TryReceive(in SourceRecord record);

    /// <summary>The partition has been read to its end: the next record will have at least this offset.</summary>
    void ReachedEnd(int partition, long endOffset);
}

/// <summary>A source topic as it stands.</summary>
/// <param name="Topic">Its name.</param>
/// <param name="Incarnation">Names the cluster the topic lives on; positions of another incarnation mean nothing here.</param>
/// <param name="Partitions">Every partition's first retained and end offset.</param>
public sealed record SourceTopic(string Topic, string Incarnation, IReadOnlyList<PartitionExtent> Partitions)
{
    /// <summary>Every partition from its first record.</summary>
    public IReadOnlyList<PartitionOffset> Starts => [.. Partitions.Select(extent => new PartitionOffset(extent.Partition, extent.First))];
}

/// <summary>The offsets a partition holds: from <paramref name="First"/> up to, but not including, <paramref name="End"/>.</summary>
public readonly record struct PartitionExtent(int Partition, long First, long End);
