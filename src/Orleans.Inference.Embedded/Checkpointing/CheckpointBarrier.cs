using System.Diagnostics;
using Orleans.Inference.Checkpoints;
using Orleans.Inference.Embedded.Processing;

namespace Orleans.Inference.Embedded.Checkpointing;

/// <summary>
/// The place of a checkpoint between two batches. It passes every shard and then scoring and output like a batch, and gathers what each of them
/// has added since the last one: a consistent cut without stopping anything.
/// </summary>
internal sealed class CheckpointBarrier(long number, int shards, bool shortenLog, long idleCheckpoints) : OrderedWork, IShardWork
{
    public long Number { get; } = number;

    /// <summary>Positions and clocks of the inputs at this place, and the next sequence number.</summary>
    public required IReadOnlyList<InputPosition> Inputs { get; init; }

    public required long NextSequence { get; init; }

    /// <summary>Each shard's part.</summary>
    public ShardPart[] Parts { get; } = new ShardPart[shards];

    /// <summary>Completes when the checkpoint is durable.</summary>
    public TaskCompletionSource Committed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How long each shard was busy with its part.</summary>
    public TimeSpan[] Pauses { get; } = new TimeSpan[shards];

    public void RunOn(Shard shard)
    {
        var started = Stopwatch.GetTimestamp();
        Parts[shard.Index] = shard.Persistence.TakeCheckpoint(Number, shortenLog, idleCheckpoints);
        Pauses[shard.Index] = Stopwatch.GetElapsedTime(started);
        ShardDone();
    }
}
