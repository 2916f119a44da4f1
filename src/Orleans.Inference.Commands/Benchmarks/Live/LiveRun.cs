using Orleans.Inference.Delivery;
using Orleans.Inference.Engines;
using Orleans.Inference.Models.Onnx;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Storage.Folders;
using Orleans.Inference.Telemetry;

namespace Orleans.Inference.Commands.Benchmarks.Live;

/// <summary>A live engine as <c>inference run</c> has it: a real state folder, checkpoints and metrics on.</summary>
internal sealed class LiveRun : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    private readonly StateFolder _state;
    private readonly InferenceMeter _meter;
    private readonly IRecordSource? _source;
    private readonly IRecordSink? _sink;

    private LiveRun(StateFolder state, InferenceMeter meter, IRecordSource? source, IRecordSink? sink, IScoringEngine engine)
    {
        _state = state;
        _meter = meter;
        _source = source;
        _sink = sink;
        Engine = engine;
    }

    public IScoringEngine Engine { get; }

    /// <summary>Starts an engine on an empty state folder and waits until it serves. Owns source and sink from here on.</summary>
    public static async Task<LiveRun> StartAsync(
        BenchRun run,
        PipelineModel pipeline,
        EngineOptions options,
        string stateFolder,
        IRecordSource? source,
        IRecordSink? sink,
        CancellationToken cancellationToken)
    {
        var state = StateFolder.Open(stateFolder, pipeline);
        var meter = new InferenceMeter();
        var parts = new EngineParts
        {
            Models = new OnnxModelCatalog(),
            Store = state.Store,
            Journal = state.Journal,
            Source = source,
            Sink = sink,
            Meter = meter,
        };
        var live = new LiveRun(state, meter, source, sink, run.Engine.CreateEngine(pipeline, parts, options));
        try
        {
            await live.Engine.StartAsync(cancellationToken);
            await live.WaitAsync(() => live.Engine.Readiness.IsReady, "the engine's start", cancellationToken);
            return live;
        }
        catch
        {
            await live.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until so many events have been scored.</summary>
    /// <exception cref="CommandException">They were not scored but something else, or not in time.</exception>
    public Task WhenScoredAsync(long count, CancellationToken cancellationToken) =>
        WaitAsync(() => Scored() >= count, $"the score of {count:N0} events", cancellationToken);

    /// <summary>Completes with a task, unless the engine stops before it.</summary>
    public async Task<T> WhenAsync<T>(Task<T> awaited, string what, CancellationToken cancellationToken)
    {
        var patience = Task.Delay(Patience, TimeProvider.System, cancellationToken);
        var first = await Task.WhenAny(awaited, Engine.Completion, patience);
        cancellationToken.ThrowIfCancellationRequested();
        return first == awaited ? await awaited : throw Failure(what);
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        if (_source is not null)
        {
            await _source.DisposeAsync();
        }

        if (_sink is not null)
        {
            await _sink.DisposeAsync();
        }

        _state.Dispose();
        _meter.Dispose();
    }

    private long Scored()
    {
        var figures = Engine.Figures;
        return figures.Rejected + figures.Late + figures.Fallback + figures.Failed == 0
            ? figures.Scored
            : throw new CommandException(
                ExitCode.Rejected,
                $"simulated payments were not all scored: {figures.Rejected} rejected, {figures.Late} late, {figures.Fallback + figures.Failed} failed");
    }

    private async Task WaitAsync(Func<bool> isDone, string what, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!isDone())
        {
            if (Engine.Completion.IsCompleted || TimeProvider.System.GetElapsedTime(started) > Patience)
            {
                throw Failure(what);
            }

            await Task.Delay(Look, TimeProvider.System, cancellationToken);
        }
    }

    private CommandException Failure(string what)
    {
        var cause = Engine.Completion.Exception?.InnerException?.Message ?? Engine.Readiness.Reason ?? "it took too long";
        return new CommandException(ExitCode.Rejected, $"waited for {what} in vain: {cause}");
    }
}
