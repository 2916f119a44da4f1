using Orleans.Inference.Checkpoints;
using Orleans.Inference.Delivery;
using Orleans.Inference.Embedded.Processing;
using Orleans.Inference.Serving.Inputs;

namespace Orleans.Inference.Embedded.Checkpointing;

/// <summary>
/// Makes checkpoints durable behind the engine's back: waits until the outputs before the barrier are acknowledged, then commits what the barrier gathered, then tells those who
/// wait. Outputs first, positions after; never the reverse. One checkpoint at a time.
/// </summary>
internal sealed class CheckpointWriter(
    IStateStore store,
    IRecordSink? sink,
    RecordBatchPool records,
    long epoch,
    string incarnation,
    string sinkIncarnation,
    TimeProvider time)
{
    private readonly Queue<(long Checkpoint, long Bytes)> _logs = new();
    private readonly Lock _gate = new();
    private readonly List<(long Sequence, TaskCompletionSource Durable)> _waiters = [];
    private long _durableBefore;
    private Task _current = Task.CompletedTask;

    /// <summary>Where emitted raw records go back to.</summary>
    public RecordBatchPool Records { get; } = records;

    /// <summary>Runs after each commit, with the barrier.</summary>
    public Action<CheckpointBarrier> Committed { get; set; } = static _ => { };

    /// <summary>Told what stops checkpoints from being made.</summary>
    public Action<Exception> Failed { get; set; } = static _ => { };

    /// <summary>Bytes of change logs the store holds.</summary>
    public long LogBytes { get; private set; }

    public long Count { get; private set; }

    /// <summary>UTC ticks.</summary>
    public long LastCommittedAt { get; private set; }

    /// <summary>Bytes written since start.</summary>
    public long WrittenBytes { get; private set; }

    /// <summary>How long the last checkpoint took from its barrier's emission to its commit.</summary>
    public TimeSpan LastDuration { get; private set; }

    /// <summary>The longest that a checkpoint has kept a shard busy.</summary>
    public TimeSpan LongestPause { get; private set; }

    /// <summary>The logs already in the store, at start.</summary>
    public void KnowLog(long checkpoint, long bytes)
    {
        _logs.Enqueue((checkpoint, bytes));
        LogBytes += bytes;
    }

    /// <summary>Begins to commit a barrier that has passed the output. Output thread.</summary>
    public void Begin(CheckpointBarrier barrier, ReadOnlyMemory<byte> predictionLog)
    {
        var flushed = sink?.FlushAsync(CancellationToken.None) ?? Task.FromResult<IReadOnlyList<OutputPosition>>([]);
        _current = Task.Run(() => CommitAsync(barrier, predictionLog, flushed));
    }

    /// <summary>Completes when no checkpoint is being written.</summary>
    public Task WhenIdleAsync() => _current;

    /// <summary>Completes when a committed checkpoint holds the event with that sequence number.</summary>
    public Task WhenDurableAsync(long sequence, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (sequence < _durableBefore)
            {
                return Task.CompletedTask;
            }

            var durable = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((sequence, durable));
            return durable.Task.WaitAsync(cancellationToken);
        }
    }

    private void ReleaseWaiters(long nextSequence)
    {
        lock (_gate)
        {
            _durableBefore = nextSequence;
            foreach (var (_, durable) in _waiters.Where(waiter => waiter.Sequence < nextSequence))
            {
                durable.TrySetResult();
            }

            _waiters.RemoveAll(waiter => waiter.Sequence < nextSequence);
        }
    }

    private async Task CommitAsync(CheckpointBarrier barrier, ReadOnlyMemory<byte> predictionLog, Task<IReadOnlyList<OutputPosition>> flushed)
    {
        try
        {
            var started = time.GetTimestamp();
            LongestPause = barrier.Pauses.Append(LongestPause).Max();
            var outputs = await flushed;
            var dropBefore = barrier.Parts.Min(part => part.OldestUnsaved);
            var changes = barrier.Parts.Select(part => part.Changes).Append(predictionLog).Where(part => !part.IsEmpty).ToList();
            WrittenBytes += store.Commit(new CheckpointWrite(
                new CheckpointHeader(barrier.Number, barrier.NextSequence, epoch, incarnation, sinkIncarnation, barrier.Inputs, outputs),
                [.. barrier.Parts.SelectMany(part => part.Entities)],
                changes,
                dropBefore));
            KnowLog(barrier.Number, changes.Sum(part => (long)part.Length));
            while (_logs.TryPeek(out var oldest) && oldest.Checkpoint < dropBefore)
            {
                LogBytes -= _logs.Dequeue().Bytes;
            }

            Count++;
            LastCommittedAt = time.GetUtcNow().UtcTicks;
            LastDuration = time.GetElapsedTime(started);
            Committed(barrier);
            ReleaseWaiters(barrier.NextSequence);
            barrier.Committed.TrySetResult();
        }
        catch (Exception exception)
        {
            Failed(exception);
            barrier.Committed.TrySetException(exception);
        }
    }
}

/// <summary>Tells a shard that a checkpoint is durable.</summary>
internal sealed class CheckpointCommitted : IShardWork
{
    public void RunOn(Shard shard) => shard.Persistence.Committed();
}
