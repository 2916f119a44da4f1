using Orleans.Concurrency;
using Orleans.Inference.Engines;
using Orleans.Inference.Grains.Pipelines;
using Orleans.Placement;

namespace Orleans.Inference.Grains.Partitions;

/// <summary>The sequencer of a pipeline's HTTP events: one input with one clock and one numbering, wherever in the cluster the requests arrive.</summary>
[Reentrant, PreferLocalPlacement]
internal sealed class HttpDoorGrain(SiloPipelines pipelines, IGrainContext context) : IGrainBase, IHttpDoorGrain, IRunningInput, IIncomingGrainCallFilter
{
    private readonly CancellationTokenSource _closed = new();
    private readonly string _name = context.GrainId.Key.ToString()!;
    private SiloPipeline? _pipeline;
    private HttpInputRun? _run;
    private Task _running = Task.CompletedTask;

    public IGrainContext GrainContext => context;

    public int Partition => -1;

    public long Clock => _run?.Clock ?? long.MinValue;

    public bool MayBringAnyTime => _run?.MayBringAnyTime ?? false;

    public long Lag => -1;

    public async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _pipeline = await pipelines.GetAsync(_name, cancellationToken);
        _run = await HttpInputRun.OpenAsync(_pipeline, cancellationToken);
        _pipeline.Inputs["http"] = this;
        _running = RunAsync(_run);
    }

    public Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => StopAsync().WaitAsync(cancellationToken);

    public Task Invoke(IIncomingGrainCallContext call) => _pipeline!.Calls.MeasureAsync(call);

    public ValueTask OpenAsync() => ValueTask.CompletedTask;

    public async ValueTask<HttpAnswer> ScoreAsync(byte[] json, HttpQuestion question)
    {
        var options = new ScoreOptions(question.DryRun, question.Version, question.Durable);
        var http = _run!.Queue.TryAdd(json, options, _pipeline!.Parts.Time.GetUtcNow().UtcTicks, out var status);
        if (http is null)
        {
            return new HttpAnswer { Status = status };
        }

        _run.Wake();
        var answer = HttpAnswer.Of(await http.Reply, http.Offset);
        if (question.Durable && !question.DryRun)
        {
            await _run.Commits.WhenCommittedAsync(http.Offset);
        }

        return answer;
    }

    public async Task StopAsync()
    {
        _run?.Queue.Close();
        await _closed.CancelAsync();
        _run?.Wake();
        await _running;
        _pipeline?.Inputs.TryRemove(KeyValuePair.Create("http", (IRunningInput)this));
    }

    private async Task RunAsync(HttpInputRun run)
    {
        try
        {
            await using (run)
            {
                await run.RunAsync(_closed.Token);
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            SiloLog.InputRestarts(_pipeline!.Logger, _name, "http", exception.Message);
            run.Queue.Close();
            run.Commits.Abandon();
            context.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationError, exception.Message));
        }
    }
}
