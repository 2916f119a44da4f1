using Microsoft.Extensions.Logging;
using Orleans.Inference.Checkpoints;
using Orleans.Inference.Delivery;
using Orleans.Inference.Engines;
using Orleans.Inference.Events;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Serving.Inputs;

namespace Orleans.Inference.Embedded.Recovery;

/// <summary>
/// Where an engine starts: the checkpoint, what the topics hold now, and what to do again. A checkpoint is written before anything is read, so that also a crash in the first second
/// finds the output topics' positions and never reuses an HTTP offset.
/// </summary>
internal sealed record EngineStart(
    CheckpointHeader Header,
    IReadOnlyList<PartitionStart> Partitions,
    long HttpClock,
    RecoveryPlan Recovery)
{
    /// <summary>HTTP offsets of an epoch start at its number times this.</summary>
    public const long OffsetsPerEpoch = 1L << 40;

    public static async Task<EngineStart> PrepareAsync(PipelineModel pipeline, EngineParts parts, ILogger logger, CancellationToken cancellationToken)
    {
        var stored = parts.Store.ReadHeader();
        var topic = parts.Source is null ? null : await parts.Source.OpenAsync(cancellationToken);
        var sinkIncarnation = parts.Sink is null ? "" : await parts.Sink.OpenAsync(cancellationToken);
        var positions = topic is null ? [] : PositionsOf(topic, stored, logger);
        var isSameSink = stored is not null && parts.Sink is not null && stored.SinkIncarnation == sinkIncarnation;
        var isSameSource = stored is not null && topic is not null && stored.Incarnation == topic.Incarnation;

        var found = new List<DeliveredRecord>();
        if (isSameSink && isSameSource)
        {
            await parts.Sink!.ReadBackAsync(stored!.Outputs, found.Add, cancellationToken);
        }

        // Runs of another incarnation mean nothing, but their numbers are taken.
        var journal = parts.Journal.Read(stored?.NextSequence ?? 0);
        var fromSequence = isSameSource || journal.Count == 0 ? stored?.NextSequence ?? 0 : journal.Max(run => run.Sequence + run.Count);
        var recovery = RecoveryPlan.Create(
            fromSequence,
            pipeline.Source.Topic,
            positions.ToDictionary(position => position.Partition, position => position.NextOffset),
            isSameSource ? journal : [],
            found);
        if (!recovery.IsDone)
        {
            EngineLog.Recovering(logger, pipeline.Name, recovery.RecordCount, recovery.DeliveredCount);
        }

        var outputs = isSameSink ? stored!.Outputs
            : parts.Sink is null ? []
            : await parts.Sink.FlushAsync(cancellationToken);
        var httpClock = stored?.Inputs.Where(input => input.Partition == EmbeddedEngine.HttpPartition).Select(input => input.Clock).FirstOrDefault(long.MinValue)
            ?? long.MinValue;
        var header = new CheckpointHeader(
            (stored?.Checkpoint ?? 0) + 1,
            recovery.IsDone ? recovery.NextSequence : fromSequence,
            (stored?.Epoch ?? 0) + 1,
            topic?.Incarnation ?? "",
            sinkIncarnation,
            [
                .. positions.Select(position => new InputPosition(position.Partition, position.NextOffset, position.Clock)),
                new InputPosition(EmbeddedEngine.HttpPartition, 0, httpClock),
            ],
            outputs);
        parts.Store.Commit(new CheckpointWrite(header, [], [], DropLogBefore: 0));
        return new EngineStart(header, positions, httpClock, recovery);
    }

    public InputClock HttpInputClock(PipelineModel pipeline) => ClockAt(pipeline, HttpClock);

    public IReadOnlyList<PartitionInput> CreateInputs(PipelineModel pipeline, EngineOptions options, RecordBatchPool records) =>
    [
        .. Partitions.Select(start => new PartitionInput(
            start.Partition, start.NextOffset, ClockAt(pipeline, start.Clock), start.NextOffset < start.End, options.BatchLimit, records)),
    ];

    private static InputClock ClockAt(PipelineModel pipeline, long time)
    {
        var clock = new InputClock(pipeline.Source.Lateness.Ticks);
        clock.Restore(time);
        return clock;
    }

    /// <summary>Positions belong to one incarnation of a topic; of another, or beyond its end, they mean nothing and entity state stays.</summary>
    private static List<PartitionStart> PositionsOf(SourceTopic topic, CheckpointHeader? stored, ILogger logger)
    {
        var inputs = stored?.Inputs.Where(input => input.Partition >= 0).ToDictionary(input => input.Partition) ?? [];
        var isSame = stored is null
            || (stored.Incarnation == topic.Incarnation
                && topic.Partitions.All(extent => !inputs.TryGetValue(extent.Partition, out var input) || input.NextOffset <= extent.End));
        if (!isSame && inputs.Count > 0)
        {
            EngineLog.PositionsDropped(logger, topic.Topic);
            inputs.Clear();
        }

        var starts = new List<PartitionStart>();
        foreach (var extent in topic.Partitions.OrderBy(extent => extent.Partition))
        {
            var clock = long.MinValue;
            var next = extent.First;
            if (inputs.TryGetValue(extent.Partition, out var input))
            {
                clock = input.Clock;
                next = Math.Max(extent.First, input.NextOffset);
                if (next > input.NextOffset)
                {
                    EngineLog.RecordsGone(logger, topic.Topic, extent.Partition, input.NextOffset, extent.First);
                }
            }

            starts.Add(new PartitionStart(extent.Partition, next, extent.End, clock));
        }

        return starts;
    }
}

/// <param name="Partition">Source partition.</param>
/// <param name="NextOffset">First record to read.</param>
/// <param name="End">Offset after the last record it holds now.</param>
/// <param name="Clock">The input's clock.</param>
internal readonly record struct PartitionStart(int Partition, long NextOffset, long End, long Clock);
