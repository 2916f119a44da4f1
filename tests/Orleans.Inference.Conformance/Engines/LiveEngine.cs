using System.Text;
using Orleans.Inference.Engines;
using Orleans.Inference.Models.Onnx;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Routing;
using Orleans.Inference.Scoring;
using Orleans.Inference.Storage.Folders;

namespace Orleans.Inference.Conformance.Engines;

/// <summary>A live engine without Kafka over a real state folder. Disposing stops it cleanly.</summary>
internal sealed class LiveEngine : IAsyncDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private readonly StateFolder _state;

    private LiveEngine(IScoringEngine engine, StateFolder state)
    {
        Engine = engine;
        _state = state;
    }

    public IScoringEngine Engine { get; }

    /// <summary>Where its state is.</summary>
    public string StatePath => _state.Path;

    public EngineFigures Figures => Engine.Figures;

    /// <summary>Starts an engine and waits until it serves.</summary>
    public static async Task<LiveEngine> StartAsync(
        IEngineFactory factory, PipelineModel pipeline, string stateDirectory, EngineOptions? options = null, IModelCatalog? models = null)
    {
        var state = StateFolder.Open(stateDirectory, pipeline);
        var parts = new EngineParts { Models = models ?? new OnnxModelCatalog(), Store = state.Store, Journal = state.Journal };
        var engine = factory.CreateEngine(pipeline, parts, options ?? new EngineOptions { Shards = 2 });
        await engine.StartAsync(CancellationToken.None);
        await UntilAsync(() => engine.Readiness.IsReady || engine.Completion.IsCompleted, "the engine's readiness");
        Assert.True(engine.Readiness.IsReady, engine.Readiness.Reason);
        return new LiveEngine(engine, state);
    }

    /// <summary>Waits for something that no event tells of.</summary>
    public static async Task UntilAsync(Func<bool> isSo, string awaited)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Bound, $"Waited {Bound} for {awaited}.");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Bounds a wait by a name.</summary>
    public static async Task<T> WithinAsync<T>(ValueTask<T> task, string awaited)
    {
        try
        {
            return await task.AsTask().WaitAsync(Bound, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Waited {Bound} for {awaited}.");
            throw;
        }
    }

    public Task<ScoreReply> AskAsync(byte[] json, ScoreOptions options = default) =>
        WithinAsync(Engine.ScoreAsync(json, options, TestContext.Current.CancellationToken), $"the answer to {Encoding.UTF8.GetString(json)}");

    /// <summary>Scores an event that fits.</summary>
    public async Task<ResultRow> ScoreAsync(byte[] json, ScoreOptions options = default)
    {
        var reply = await AskAsync(json, options);
        Assert.Equal(ReplyStatus.Answered, reply.Status);
        return ResultRow.Of(reply.Prediction!);
    }

    /// <summary>Scores one after the other.</summary>
    public async Task<IReadOnlyList<ResultRow>> ScoreAllAsync(IEnumerable<byte[]> events)
    {
        var rows = new List<ResultRow>();
        foreach (var json in events)
        {
            rows.Add(await ScoreAsync(json));
        }

        return rows;
    }

    /// <summary>The entity's latest prediction, or null.</summary>
    public async Task<ResultRow?> LatestAsync(string entity) =>
        await WithinAsync(Engine.LatestAsync(entity, TestContext.Current.CancellationToken), $"the latest prediction of {entity}") is { } encoded
            ? ResultRow.Of(encoded)
            : null;

    /// <summary>The entity's last predictions, newest first.</summary>
    public Task<IReadOnlyList<byte[]>> HistoryAsync(string entity, int limit) =>
        WithinAsync(Engine.HistoryAsync(entity, limit, TestContext.Current.CancellationToken), $"the history of {entity}");

    public Task<RouteReply> SetRouteAsync(RouteModel route, string author = "tester") =>
        WithinAsync(Engine.SetRouteAsync(route, author, TestContext.Current.CancellationToken), $"the route {route}");

    public Task<EntityReply?> EntityAsync(int type, string key, DateTime? at = null) =>
        WithinAsync(Engine.EntityAsync(type, key, at?.Ticks, TestContext.Current.CancellationToken), $"entity {key}");

    /// <summary>Copies the state files as a process that dies now would leave them. Nothing may be under way.</summary>
    public void CopyStateTo(string stateDirectory)
    {
        var target = Directory.CreateDirectory(Path.Combine(stateDirectory, Path.GetFileName(StatePath)));
        foreach (var file in Directory.EnumerateFiles(StatePath).Where(file => Path.GetFileName(file) != "lock"))
        {
            using var source = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = File.Create(Path.Combine(target.FullName, Path.GetFileName(file)));
            source.CopyTo(copy);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        _state.Dispose();
    }
}
