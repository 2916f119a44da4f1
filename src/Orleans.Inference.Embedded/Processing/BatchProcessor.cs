using System.Collections.Concurrent;
using Orleans.Inference.Checkpoints;
using Orleans.Inference.Embedded.Checkpointing;
using Orleans.Inference.Engines;
using Orleans.Inference.Events;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Routing;
using Orleans.Inference.Scoring;
using Orleans.Inference.Serving.Scoring;
using Orleans.Inference.Telemetry;

namespace Orleans.Inference.Embedded.Processing;

/// <summary>
/// The stages a batch passes: its shards in parallel, scoring, output. Each is a thread with a queue; the order of submission is the order of every stage. The pool of
/// batches is what pushes back: with all of them in work, <see cref="Rent"/> waits.
/// </summary>
internal sealed class BatchProcessor : IDisposable
{
    private readonly PipelineModel _pipeline;
    private readonly TimeProvider _time;
    private readonly ScoringInstruments? _instruments;
    private readonly BlockingCollection<BatchInFlight> _pool = [];
    private readonly CancellationTokenSource _faulted = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Stage<object>[] _shardStages;
    private readonly Stage<OrderedWork> _scoring;
    private readonly Stage<OrderedWork> _output;
    private readonly Scorer _scorer;
    private readonly Action<int, string> _modelFailed;
    private readonly IOrderedOutput _target;
    private readonly EntityReadAhead? _readAhead;
    private readonly bool[] _touched;

    public BatchProcessor(
        PipelineModel pipeline,
        IModelCatalog models,
        IStateStore? store,
        IOrderedOutput target,
        Action<int, string> modelFailed,
        ScoringInstruments? instruments,
        TimeProvider time,
        EngineOptions options,
        RouteRevision? route = null)
    {
        _pipeline = pipeline;
        _time = time;
        _instruments = instruments;
        _target = target;
        _modelFailed = modelFailed;
        Versions = new LoadedVersions(pipeline, models);
        _scorer = new Scorer(pipeline, Versions, route ?? RouteRevision.First(pipeline), modelFailed);
        for (var i = 0; i < options.BatchesInFlight; i++)
        {
            _pool.Add(new BatchInFlight(new EventBatch(pipeline, options.BatchLimit), pipeline.Entities.Count));
        }

        Shards = [.. Enumerable.Range(0, options.Shards).Select(i => new Shard(i, pipeline, store, options.BatchLimit))];
        _readAhead = store is null ? null : new EntityReadAhead(store, Shards, pipeline.Entities.Count);
        _touched = new bool[Shards.Length];
        _shardStages = [.. Shards.Select(shard => new Stage<object>($"shard {shard.Index}", work => Run(shard, work), Fail))];
        _scoring = new Stage<OrderedWork>("scoring", Score, Fail);
        _output = new Stage<OrderedWork>("output", Emit, Fail);
    }

    public Shard[] Shards { get; }

    /// <summary>The model versions in memory. Any thread.</summary>
    public LoadedVersions Versions { get; }

    /// <summary>Faults when a stage has thrown; the engine cannot go on then.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Cancelled when a stage has thrown.</summary>
    public CancellationToken Faulted => _faulted.Token;

    /// <summary>An empty batch; waits while all are in work.</summary>
    /// <exception cref="OperationCanceledException">A stage has thrown; see <see cref="Completion"/>.</exception>
    public BatchInFlight Rent() => _pool.Take(_faulted.Token);

    /// <summary>Gives a rented batch back unused.</summary>
    public void Return(BatchInFlight work)
    {
        work.Clear();
        _pool.Add(work);
    }

    /// <summary>Hands a batch to the shards its rows touch, and to scoring behind them. One thread submits.</summary>
    public void Submit(BatchInFlight work)
    {
        work.SubmittedAt = _time.GetTimestamp();
        Array.Clear(_touched);
        var batch = work.Batch;
        for (var type = 0; type < _pipeline.Entities.Count; type++)
        {
            Distribute(batch, type, work.ShardOf[type]);
        }

        _readAhead?.Begin(work);
        work.ExpectShards(_touched.Count(touched => touched));
        for (var shard = 0; shard < Shards.Length; shard++)
        {
            if (_touched[shard])
            {
                _shardStages[shard].Add(work);
            }
        }

        _scoring.Add(work);
    }

    /// <summary>Marks the place of a checkpoint. One thread submits.</summary>
    public void Submit(CheckpointBarrier barrier)
    {
        barrier.ExpectShards(Shards.Length);
        RunOnShards(barrier);
        _scoring.Add(barrier);
    }

    /// <summary>Marks the place from which another route scores. One thread submits.</summary>
    public void Submit(RouteSwitch change)
    {
        change.ExpectShards(0);
        _scoring.Add(change);
    }

    /// <summary>Runs work on every shard's thread, in its turn. Any thread.</summary>
    public void RunOnShards(IShardWork work)
    {
        foreach (var stage in _shardStages)
        {
            stage.Add(work);
        }
    }

    /// <summary>Runs work on one shard's thread, in its turn. Any thread.</summary>
    public void RunOn(int shard, IShardWork work) => _shardStages[shard].Add(work);

    /// <summary>Lets everything submitted reach the output, then stops the threads.</summary>
    public void Stop()
    {
        foreach (var stage in _shardStages)
        {
            stage.Stop();
        }

        _scoring.Stop();
        _output.Stop();
        _completion.TrySetResult();
    }

    public void Dispose()
    {
        _faulted.Cancel();
        Stop();
        Versions.Dispose();
        _pool.Dispose();
        _faulted.Dispose();
    }

    private void Distribute(EventBatch batch, int type, byte[] shardOf)
    {
        var keys = batch.Keys[type];
        for (var row = 0; row < batch.Count; row++)
        {
            if (!batch.IsAccepted(row) || !keys.Present[row])
            {
                shardOf[row] = BatchInFlight.NoShard;
                continue;
            }

            var shard = Shard.ShardIndex(keys.Hashes[row], Shards.Length);
            shardOf[row] = (byte)shard;
            _touched[shard] = true;
        }
    }

    private static void Run(Shard shard, object work)
    {
        if (work is BatchInFlight batch)
        {
            shard.Process(batch);
        }
        else
        {
            ((IShardWork)work).RunOn(shard);
        }
    }

    private void Score(OrderedWork work)
    {
        work.WaitForShards(_faulted.Token);
        if (work is RouteSwitch change)
        {
            Use(change.Route);
            return;
        }

        if (work is BatchInFlight inFlight)
        {
            var batch = inFlight.Batch;
            var started = _time.GetTimestamp();
            _instruments?.StageTook(ScoringStage.Features, _time.GetElapsedTime(inFlight.SubmittedAt, started));
            _scorer.Score(batch);
            for (var row = 0; inFlight.Requests is not null && row < batch.Count; row++)
            {
                if (inFlight.Requests[row].Options.Version is { } version && batch.IsAccepted(row))
                {
                    _scorer.ScorePinned(batch, row, version);
                }
            }

            batch.ScoredAt = _time.GetUtcNow().UtcTicks;
            _instruments?.StageTook(ScoringStage.Model, _time.GetElapsedTime(started));
        }

        _output.Add(work);
    }

    private void Use(RouteRevision route)
    {
        try
        {
            _scorer.Use(route);
        }
        catch (ModelException exception)
        {
            // Only a route of the past, for what a crash left to do again, can ask for a version that is gone; the route before it takes its place.
            _modelFailed(route.Route.Champion, exception.Message);
        }
    }

    private void Emit(OrderedWork work)
    {
        if (work is CheckpointBarrier barrier)
        {
            _target.Emit(barrier);
            return;
        }

        var batch = (BatchInFlight)work;
        var started = _time.GetTimestamp();
        _target.Emit(batch);
        _instruments?.StageTook(ScoringStage.Sink, _time.GetElapsedTime(started));
        Return(batch);
    }

    /// <summary>Stops the engine for a reason. Any thread.</summary>
    public void Fail(Exception exception)
    {
        if (exception is not OperationCanceledException)
        {
            _completion.TrySetException(exception);
            _ = _completion.Task.Exception;
        }

        _faulted.Cancel();
    }
}
