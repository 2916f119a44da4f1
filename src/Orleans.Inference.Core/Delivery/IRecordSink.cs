namespace Orleans.Inference.Delivery;

/// <summary>The three topics a pipeline writes.</summary>
public enum OutputTopic
{
    Predictions,
    DeadLetters,
    Late,
}

/// <summary>Place in an output topic's partition: the offset of the next record there.</summary>
public readonly record struct OutputPosition(OutputTopic Topic, int Partition, long Offset);

/// <summary>A record for an output topic. The spans are copied during the call.</summary>
public readonly ref struct OutputRecord
{
    public OutputTopic Topic { get; init; }

    /// <summary>The record's number in the pipeline's sequence; goes into the header <c>seq</c> as decimal text.</summary>
    public long Sequence { get; init; }

    public ReadOnlySpan<byte> Key { get; init; }

    public ReadOnlySpan<byte> Value { get; init; }

    /// <summary>Headers besides <c>seq</c>; null when there are none.</summary>
    public RecordHeader[]? Headers { get; init; }
}

/// <summary>An output record found by reading back: where it was found, which source record it answers and at which place in the sequence.</summary>
public readonly record struct DeliveredRecord(OutputTopic Topic, string SourceTopic, PartitionOffset Source, long Sequence);

/// <summary>The output topics of one pipeline. Written by one thread.</summary>
public interface IRecordSink : IAsyncDisposable
{
    /// <summary>Connects, and creates missing topics where that is allowed. Keeps trying while the broker is down.</summary>
    Task<string> OpenAsync(CancellationToken cancellationToken);

    /// <summary>Queues a record; blocks while the producer's queue is full.</summary>
    /// <exception cref="InferenceException">The broker refused an earlier record for good; nothing more can be written.</exception>
    void Write(in OutputRecord record);

    /// <summary>
    /// Completes when every record written before the call is acknowledged, with positions from which reading back finds every record written
    /// after the call (and perhaps some before). Later writes go on meanwhile.
    /// </summary>
    /// <exception cref="InferenceException">A record could not be delivered.</exception>
    Task<IReadOnlyList<OutputPosition>> FlushAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Reads the output topics from the given positions (a partition without one: from its first record) to their present ends and reports what this pipeline wrote.
    /// A position beyond a topic's end means another incarnation and reads nothing there.
    /// </summary>
    Task ReadBackAsync(IReadOnlyList<OutputPosition> from, Action<DeliveredRecord> found, CancellationToken cancellationToken);
}
