using Orleans.Inference.Events;
using Orleans.Inference.Grains.Pipelines;
using Orleans.Inference.Grains.Scoring;
using Orleans.Inference.Serving.Inputs;
using Orleans.Inference.Telemetry;

namespace Orleans.Inference.Grains.Partitions;

/// <summary>
/// The way of an input's batches: entities, scoring, output, in order. One batch at a time is with the entities; scoring and output of one go on while the next is there. Runs
/// in the turns of the input's grain.
/// </summary>
internal sealed class InputFlow(SiloPipeline pipeline, long inputId, InputCommits commits, BatchOutput output, int? leaseTerm)
{
    private const int MostInFlight = 4;

    private readonly EntityCalls _entities = new(pipeline);

    private readonly SemaphoreSlim _room = new(Math.Min(MostInFlight, pipeline.Options.BatchesInFlight));
    private readonly Stack<InputBatch> _free = new();
    private readonly TaskCompletionSource _faulted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _finished = Task.CompletedTask;

    /// <summary>Raw records for reuse.</summary>
    public RecordBatchPool Records { get; } = new();

    /// <summary>Completes when everything submitted has been published; faults when that could not be done.</summary>
    public Task Finished => _finished;

    /// <summary>Faults, as soon as it happens, when a batch could not be finished; never completes otherwise.</summary>
    public Task Faulted => _faulted.Task;

    /// <summary>An empty batch; waits while too many are in work.</summary>
    public async ValueTask<InputBatch> RentAsync(CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken);
        return _free.TryPop(out var free) ? free : new InputBatch(new EventBatch(pipeline.Pipeline, pipeline.Options.BatchLimit));
    }

    /// <summary>Gives a rented batch back unused.</summary>
    public void Return(InputBatch work)
    {
        work.Clear(Records);
        _free.Push(work);
        _room.Release();
    }

    /// <summary>Takes a judged batch to its entities; completes when the next may come.</summary>
    public async Task SubmitAsync(InputBatch work, CancellationToken cancellationToken)
    {
        work.SubmittedAt = pipeline.Parts.Time.GetTimestamp();
        var before = _entities.CallCount;
        await _entities.ApplyAsync(work.Batch, inputId, commits.Committed, work.Entities, cancellationToken);
        Interlocked.Add(ref pipeline.EntityCalls, _entities.CallCount - before);
        Interlocked.Increment(ref pipeline.Batches);
        pipeline.Instruments?.StageTook(ScoringStage.Features, pipeline.Parts.Time.GetElapsedTime(work.SubmittedAt));
        _finished = FinishAsync(_finished, work);
    }

    private async Task FinishAsync(Task previous, InputBatch work)
    {
        try
        {
            await PublishAsync(previous, work);
        }
        catch (Exception exception)
        {
            _faulted.TrySetException(exception);
            throw;
        }
    }

    private async Task PublishAsync(Task previous, InputBatch work)
    {
        var time = pipeline.Parts.Time;
        var started = time.GetTimestamp();
        await pipeline.ScoringGrain.ScoreAsync(new ScoringWork(work.Batch, PinnedOf(work)));
        work.Batch.ScoredAt = time.GetUtcNow().UtcTicks;
        pipeline.Instruments?.StageTook(ScoringStage.Model, time.GetElapsedTime(started));
        await previous;
        if (leaseTerm is { } term && (term != pipeline.Route.Term || !pipeline.Route.IsValid(pipeline.Ticks)))
        {
            // Another silo may have taken the input over by now and be publishing the same.
            throw new InputLostException("the silo was out of touch with the cluster");
        }

        started = time.GetTimestamp();
        await output.EmitAsync(work);
        commits.Published(work.After, work.Entities.Hosts);
        output.Answer(work);
        pipeline.Instruments?.StageTook(ScoringStage.Sink, time.GetElapsedTime(started));
        Return(work);
    }

    private static int[]? PinnedOf(InputBatch work) =>
        work.Requests is { } requests && requests.Exists(static request => request.Options.Version is not null)
            ? [.. requests.Select(static request => request.Options.Version ?? 0)]
            : null;
}
