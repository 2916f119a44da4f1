using Orleans.Inference.Delivery;

namespace Orleans.Inference.Checkpoints;

/// <summary>
/// In what order the inputs were taken since the last checkpoint: one small entry a batch, on disk before the batch is processed. After a crash the same
/// order is taken again, so that events whose output was lost get the number, the features and the score that their neighbours have already seen.
/// Written by the sequencer alone.
/// </summary>
public interface IOrderJournal : IDisposable
{
    /// <summary>Entries after the given sequence number, in order; a torn last entry is left out.</summary>
    IReadOnlyList<OrderedRun> Read(long fromSequence);

    /// <summary>Appends an entry; returns when the operating system has it.</summary>
    void Append(OrderedRun run);

    /// <summary>Forgets entries before the sequence number, some time soon.</summary>
    void Trim(long beforeSequence);
}

/// <summary>Records of one source partition that took consecutive sequence numbers.</summary>
/// <param name="Sequence">Number of the first.</param>
/// <param name="First">Place of the first record.</param>
/// <param name="LastOffset">Offset of the last record; offsets between may be absent from the topic.</param>
/// <param name="Count">How many records.</param>
public readonly record struct OrderedRun(long Sequence, PartitionOffset First, long LastOffset, int Count);
