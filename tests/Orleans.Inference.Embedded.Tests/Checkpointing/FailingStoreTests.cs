using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Inference.Checkpoints;
using Orleans.Inference.Conformance.Engines;
using Orleans.Inference.Engines;
using Orleans.Inference.Models.Onnx;
using Orleans.Inference.Routing;
using Orleans.Inference.Storage.Folders;

namespace Orleans.Inference.Embedded.Tests.Checkpointing;

/// <summary>A disk that fails while the engine runs.</summary>
public sealed class FailingStoreTests : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private readonly EnginePipeline _pipeline = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _pipeline.Dispose();

    [Fact]
    public async Task CommitThatFails_StopsTheEngineAndAnswersEveryone()
    {
        using var state = StateFolder.Open(_pipeline.StateDirectory(), _pipeline.Model);
        var store = new FullDisk(state.Store);
        var parts = new EngineParts { Models = new OnnxModelCatalog(), Store = store, Journal = state.Journal };
        await using var engine = new EmbeddedEngineFactory(NullLoggerFactory.Instance).CreateEngine(_pipeline.Model, parts, new EngineOptions());
        await engine.StartAsync(Token);
        byte[] payment = Payments.Payment("a", 0, "C", 20);
        await ReadyAsync(engine);
        var first = await engine.ScoreAsync(payment, new ScoreOptions(Durable: true), Token).AsTask().WaitAsync(Bound, Token);
        Assert.Equal(ReplyStatus.Answered, first.Status);

        store.IsFull = true;
        var second = await engine.ScoreAsync(payment, new ScoreOptions(Durable: true), Token).AsTask().WaitAsync(Bound, Token);
        Assert.Equal(ReplyStatus.NotReady, second.Status);
        var fault = await Assert.ThrowsAsync<InferenceException>(() => engine.Completion.WaitAsync(Bound, Token));
        Assert.Equal("The disk is full.", fault.Message);
        Assert.Equal("stopped: The disk is full.", engine.Readiness.Reason);
        Assert.Equal(ReplyStatus.NotReady, (await engine.ScoreAsync(payment, default, Token).AsTask().WaitAsync(Bound, Token)).Status);
        Assert.Null(await engine.EntityAsync(0, "C", null, Token).AsTask().WaitAsync(Bound, Token));
    }

    [Fact]
    public async Task RouteThatCannotBeStored_ChangesNothingAndStopsNobody()
    {
        using var state = StateFolder.Open(_pipeline.StateDirectory(), _pipeline.Model);
        var store = new FullDisk(state.Store);
        var parts = new EngineParts { Models = new OnnxModelCatalog(), Store = store, Journal = state.Journal };
        await using var engine = new EmbeddedEngineFactory(NullLoggerFactory.Instance).CreateEngine(_pipeline.Model, parts, new EngineOptions());
        await engine.StartAsync(Token);
        await ReadyAsync(engine);

        store.IsFull = true;
        var fault = await Assert.ThrowsAsync<InferenceException>(() => engine.SetRouteAsync(new RouteModel(1, null), "ann", Token).AsTask().WaitAsync(Bound, Token));
        Assert.Equal("The disk is full.", fault.Message);
        Assert.Equal((1, 2), (engine.Route.Number, engine.Route.Route.Champion));

        store.IsFull = false;
        var reply = await engine.SetRouteAsync(new RouteModel(1, null), "ann", Token).AsTask().WaitAsync(Bound, Token);
        Assert.Equal((RouteStatus.Answered, 2), (reply.Status, reply.Revision!.Number));
        Assert.True(engine.Readiness.IsReady);
    }

    private static async Task ReadyAsync(IScoringEngine engine)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!engine.Readiness.IsReady)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Bound, "Waited for the engine's readiness.");
            await Task.Delay(5, Token);
        }
    }

    /// <summary>A real store, until its disk is full.</summary>
    private sealed class FullDisk(IStateStore inner) : IStateStore
    {
        public bool IsFull { get; set; }

        public CheckpointHeader? ReadHeader() => inner.ReadHeader();

        public IEnumerable<LoggedChanges> ReadLog() => inner.ReadLog();

        public void ReadEntities(int entityType, IReadOnlyList<ReadOnlyMemory<byte>> keys, Action<StoredEntity> found) =>
            inner.ReadEntities(entityType, keys, found);

        public void ReadEntityHashes(Action<int, ulong> found) => inner.ReadEntityHashes(found);

        public IReadOnlyList<StoredRoute> ReadRoutes() => inner.ReadRoutes();

        public void SaveRoute(StoredRoute route)
        {
            if (IsFull)
            {
                throw new InferenceException("The disk is full.");
            }

            inner.SaveRoute(route);
        }

        public long Commit(CheckpointWrite write) => IsFull ? throw new InferenceException("The disk is full.") : inner.Commit(write);

        public void Dispose()
        {
            // The folder owns the real one.
        }
    }
}
