using Microsoft.Extensions.Logging;
using Orleans.Inference.Delivery;
using Orleans.Inference.Embedded.Checkpointing;
using Orleans.Inference.Embedded.Processing;
using Orleans.Inference.Embedded.Recovery;
using Orleans.Inference.Embedded.Sequencing;
using Orleans.Inference.Embedded.Serving;
using Orleans.Inference.Engines;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Routing;
using Orleans.Inference.Scoring;
using Orleans.Inference.Serving.Figures;
using Orleans.Inference.Serving.Inputs;
using Orleans.Inference.Telemetry;

namespace Orleans.Inference.Embedded;

/// <summary>
/// A pipeline in one process: sequencer, shards, scoring, output, and checkpoints behind them. It keeps trying to start while the broker is down; see
/// <see cref="Readiness"/>.
/// </summary>
internal sealed partial class EmbeddedEngine(PipelineModel pipeline, EngineParts parts, EngineOptions options, ILogger logger) : IScoringEngine
{
    /// <summary>HTTP's number among the inputs of a checkpoint.</summary>
    public const int HttpPartition = -1;

    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _starting = new();
    private readonly OutcomeCounts _counts = new();
    private readonly ScoringInstruments? _instruments = parts.Meter is null ? null : new ScoringInstruments(parts.Meter, pipeline);
    private readonly EventValidator _validator = new(pipeline, parts.Time);
    private readonly Dictionary<int, long> _modelFailures = [];
    private Task _run = Task.CompletedTask;
    private Running? _running;
    private volatile string? _notReady = "starting";

    public PipelineModel Pipeline => pipeline;

    public Task Completion => _completion.Task;

    public EngineReadiness Readiness => _notReady is { } reason
        ? new EngineReadiness(false, reason)
        : _running!.Sequencer.IsRecovered ? EngineReadiness.Ready : new EngineReadiness(false, "recovering after a crash");

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _notReady = parts.Source is null ? "starting" : "waiting for the broker";
        _run = Task.Run(RunAsync, cancellationToken);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _notReady = "stopping";
        await _starting.CancelAsync();
        if (_running is { } running)
        {
            running.Sequencer.Http.Close();
            running.Loop.Stop();
        }

        await _run.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _starting.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            var running = await PrepareAsync(_starting.Token);
            _running = running;
            _notReady = null;
            if (_starting.IsCancellationRequested)
            {
                // Asked to stop while starting.
                running.Sequencer.Http.Close();
                running.Loop.Stop();
            }

            var loop = Task.Factory.StartNew(running.Loop.Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            parts.Source?.Start([.. running.Sequencer.Partitions.Select(input => new PartitionOffset(input.Partition, input.NextOffset))], running.Sequencer);
            await loop;
            _notReady = "stopped";
            running.Output.Feed.Complete();
            await running.Checkpoints.WhenIdleAsync();
            running.Processor.Dispose();
            await running.Processor.Completion;
            _completion.TrySetResult();
        }
        catch (OperationCanceledException) when (_starting.IsCancellationRequested && _running is null)
        {
            _completion.TrySetResult();
        }
        catch (Exception exception)
        {
            var cause = _running?.Processor.Completion.Exception?.InnerException ?? exception;
            _notReady = "stopped: " + cause.Message;
            EngineLog.Stopped(logger, pipeline.Name, cause.Message, cause);
            _running?.Output.Feed.Complete();
            _completion.TrySetException(cause);
            _ = _completion.Task.Exception;
        }
    }

    private async Task<Running> PrepareAsync(CancellationToken cancellationToken)
    {
        var routes = new RouteState(pipeline, parts.Store, parts.Time, logger);
        _routes = routes;
        var start = await EngineStart.PrepareAsync(pipeline, parts, logger, cancellationToken);
        var header = start.Header;
        routes.Settle(start.Recovery.NextSequence);
        var records = new RecordBatchPool();
        var checkpoints = new CheckpointWriter(
            parts.Store, parts.Sink, records, header.Epoch, header.Incarnation, header.SinkIncarnation, parts.Time);
        var output = new LiveOutput(pipeline, parts.Sink, checkpoints, _counts, _instruments, header.Checkpoint + 1, parts.Time, options.BatchLimit);
        foreach (var partition in start.Partitions)
        {
            // What the checkpoint holds has been scored, if not by this process.
            output.Offsets.Reached(new PartitionOffset(partition.Partition, partition.NextOffset - 1));
        }

        var processor = CreateProcessor(output, routes.Current);
        foreach (var shard in processor.Shards)
        {
            shard.Persistence.NextCheckpoint = header.Checkpoint + 1;
        }

        var restored = new StateRestorer(parts.Store, processor.Shards).Restore(checkpoints.KnowLog);
        var sequencer = new Sequencer(
            pipeline,
            processor,
            parts.Journal,
            records,
            start.CreateInputs(pipeline, options, records),
            new HttpInput(header.Epoch * EngineStart.OffsetsPerEpoch, start.HttpInputClock(pipeline), options.HttpQueueLimit),
            start.Recovery,
            routes,
            _instruments,
            parts.Time,
            options);
        sequencer.Resume = partition => parts.Source?.Resume(partition);
        checkpoints.Committed = barrier =>
        {
            _instruments?.CheckpointTook(checkpoints.LastDuration);
            processor.RunOnShards(new CheckpointCommitted());
            parts.Source?.Commit(
                [.. barrier.Inputs.Where(input => input.Partition >= 0).Select(input => new PartitionOffset(input.Partition, input.NextOffset))]);
        };
        checkpoints.Failed = processor.Fail;
        EngineLog.Started(logger, pipeline.Name, restored, sequencer.NextSequence);
        var loop = new SequencerLoop(pipeline, sequencer, processor, checkpoints, header.Checkpoint, parts.Time, options);
        return new Running(sequencer, loop, processor, checkpoints, output);
    }

    private BatchProcessor CreateProcessor(LiveOutput output, RouteRevision route)
    {
        try
        {
            return new BatchProcessor(pipeline, parts.Models, parts.Store, output, OnModelFailed, _instruments, parts.Time, options, route);
        }
        catch (ModelException exception) when (route.Route != pipeline.Route)
        {
            throw new ModelException(
                $"{exception.Message} The stored route asks for it (revision {route.Number}: {route.Route}). Put the version back, or change `route:` in the pipeline file.",
                exception);
        }
    }

    private void OnModelFailed(int version, string reason)
    {
        _instruments?.ModelFailed(version, "error");
        var count = _modelFailures[version] = _modelFailures.GetValueOrDefault(version) + 1;
        if (count == 1 || count % 100 == 0)
        {
            EngineLog.ModelFailed(logger, version, count, reason);
        }
    }

    /// <summary>What there is once the engine has started.</summary>
    private sealed record Running(
        Sequencer Sequencer, SequencerLoop Loop, BatchProcessor Processor, CheckpointWriter Checkpoints, LiveOutput Output)
    {
        public Shard ShardOf(ulong hash) => Processor.Shards[Shard.ShardIndex(hash, Processor.Shards.Length)];
    }
}
