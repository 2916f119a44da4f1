using System.Collections.Concurrent;
using Orleans.Inference.Engines;
using Orleans.Inference.Models.Onnx;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Predictions;
using Orleans.Inference.Routing;
using Orleans.Inference.Scoring;
using static Orleans.Inference.Conformance.Engines.Payments;

namespace Orleans.Inference.Conformance.Engines;

/// <summary>What a change of the route must do, and outlast.</summary>
public abstract partial class ScoringEngineConformance
{
    private static readonly RouteModel ToOne = new(1, null);
    private static readonly RouteModel ToTwo = new(2, null);

    [Fact]
    public async Task Route_AtFirst_IsTheFilesAsRevisionOne()
    {
        await using var engine = await StartAsync();
        var route = engine.Engine.Route;
        Assert.Equal((1, _pipeline.Model.Route, null), (route.Number, route.Route, route.Author));
        Assert.Equal((2, 1), await RoutedAsync(engine, "a"));
    }

    [Fact]
    public async Task RouteChange_BetweenEvents_IsSeenByTheNext()
    {
        await using var engine = await StartAsync();
        var before = await engine.ScoreAsync(Payment("a", 0, "C", 20, "T"));
        var reply = await engine.SetRouteAsync(ToOne, "ann");
        Assert.Equal(RouteStatus.Answered, reply.Status);
        Assert.Equal((2, ToOne, "ann"), (reply.Revision!.Number, reply.Revision.Route, reply.Revision.Author));
        Assert.True(reply.Revision.ChangedAt > 0);
        Assert.Equal(reply.Revision, engine.Engine.Route);
        var after = await engine.ScoreAsync(Payment("b", 0, "C", 20, "T"));
        Assert.Equal((2, 1), (before.Version, after.Version));
        Assert.Equal(2, after.FeatureValues[1]);
        Assert.Equal((1, 2), await RoutedAsync(engine, "c"));
        Assert.Equal([2, 2, 1], (await engine.HistoryAsync("C", 9)).Select(prediction => PredictionCodec.Decode(prediction).Revision));
        var preview = await engine.AskAsync(Payment("d", 0, "C", 20), new ScoreOptions(DryRun: true));
        Assert.Equal(2, PredictionCodec.Decode(preview.Prediction!).Revision);
    }

    [Fact]
    public async Task RouteChanges_UnderLoad_ReachEveryEventAcceptedAfterTheAnswer()
    {
        await using var engine = await StartAsync();
        var answered = 1;
        var seen = new ConcurrentBag<(int Version, int Revision)>();
        using var done = new CancellationTokenSource();
        var senders = Enumerable.Range(0, 4).Select(sender => Task.Run(async () =>
        {
            for (var i = 0; i < 2_000 && !done.IsCancellationRequested; i++)
            {
                var least = Volatile.Read(ref answered);
                var (version, revision) = await RoutedAsync(engine, $"{sender}-{i}");
                Assert.True(revision >= least, $"An event accepted after the answer of revision {least} had revision {revision}.");
                seen.Add((version, revision));
            }
        })).ToList();
        for (var revision = 2; revision <= 21; revision++)
        {
            var reply = await engine.SetRouteAsync(revision % 2 == 0 ? ToOne : ToTwo);
            Assert.Equal(revision, reply.Revision!.Number);
            Volatile.Write(ref answered, revision);
        }

        await done.CancelAsync();
        await Task.WhenAll(senders).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.All(seen, one => Assert.Equal(one.Revision % 2 == 0 ? 1 : 2, one.Version));
    }

    [Fact]
    public async Task RouteChange_OfTheFallback_TakesItsPlace()
    {
        await using var engine = await StartAsync();
        async Task<(Outcome, int, Variant, float)> WithoutAnswerAsync()
        {
            var row = await engine.ScoreAsync(Payment("a", 0, "C", EnginePipeline.LeastAmount / 2));
            return (row.Outcome, row.Version, row.Variant, row.Score);
        }

        Assert.Equal((Outcome.Fallback, 0, Variant.Fallback, 0.5f), await WithoutAnswerAsync());
        await engine.SetRouteAsync(new RouteModel(2, new FallbackModel(0.25f, null)));
        Assert.Equal((Outcome.Fallback, 0, Variant.Fallback, 0.25f), await WithoutAnswerAsync());
        await engine.SetRouteAsync(new RouteModel(2, new FallbackModel(null, 1)));
        var (outcome, version, variant, score) = await WithoutAnswerAsync();
        Assert.Equal((Outcome.Fallback, 1, Variant.Fallback), (outcome, version, variant));
        Assert.True(float.IsFinite(score));
        await engine.SetRouteAsync(ToTwo);
        Assert.Equal(Outcome.Failed, (await WithoutAnswerAsync()).Item1);
    }

    [Fact]
    public async Task RouteThatServesAlready_ChangesNothing()
    {
        await using var engine = await StartAsync();
        Assert.Equal(1, (await engine.SetRouteAsync(_pipeline.Model.Route)).Revision!.Number);
        Assert.Equal(2, (await engine.SetRouteAsync(ToOne, "ann")).Revision!.Number);
        var again = await engine.SetRouteAsync(ToOne, "bob");
        Assert.Equal((2, "ann"), (again.Revision!.Number, again.Revision.Author));
    }

    [Fact]
    public async Task RouteThatCannotServe_IsRefusedAndTheOneBeforeGoesOn()
    {
        await using var engine = await StartAsync(models: new UnreadableVersion(1));
        var unknown = await engine.SetRouteAsync(new RouteModel(9, null));
        Assert.Equal(RouteStatus.UnknownVersion, unknown.Status);
        Assert.Contains("1, 2", unknown.Reason);
        Assert.Equal(RouteStatus.UnknownVersion, (await engine.SetRouteAsync(new RouteModel(2, new FallbackModel(null, 9)))).Status);
        RouteModel[] invalid =
        [
            new(2, new FallbackModel(null, 2)), new(2, new FallbackModel(float.NaN, null)), new(2, new FallbackModel(1f, 1)), new(2, new FallbackModel(null, null)),
        ];
        foreach (var route in invalid)
        {
            Assert.Equal(RouteStatus.Invalid, (await engine.SetRouteAsync(route)).Status);
        }

        var unreadable = await engine.SetRouteAsync(ToOne);
        Assert.Equal((RouteStatus.Invalid, UnreadableVersion.Reason), (unreadable.Status, unreadable.Reason));
        Assert.Equal(1, engine.Engine.Route.Number);
        Assert.Equal((2, 1), await RoutedAsync(engine, "a"));
    }

    [Fact]
    public async Task Restart_KeepsTheRouteAndItsRevision()
    {
        await using (var engine = await StartAsync())
        {
            await engine.SetRouteAsync(ToOne, "ann");
        }

        await using (var restarted = await StartAsync())
        {
            Assert.Equal((2, ToOne, "ann"), (restarted.Engine.Route.Number, restarted.Engine.Route.Route, restarted.Engine.Route.Author));
            Assert.Equal((1, 2), await RoutedAsync(restarted, "a"));
            Assert.Equal(3, (await restarted.SetRouteAsync(ToTwo)).Revision!.Number);
        }

        await using var again = await StartAsync();
        Assert.Equal((2, 3), await RoutedAsync(again, "b"));
    }

    [Fact]
    public async Task AbruptEnd_RightAfterTheAnswer_KeepsTheRoute()
    {
        await using var engine = await StartAsync();
        await engine.ScoreAsync(Payment("a", 0, "C", 20), Durable);
        await engine.SetRouteAsync(ToOne);
        engine.CopyStateTo(_pipeline.StateDirectory("copy"));
        await using var survivor = await StartAsync("copy");
        Assert.Equal((1, 2), await RoutedAsync(survivor, "b"));
    }

    [Fact]
    public async Task Restart_WithAnotherRouteInTheFile_IsTheNextRevision()
    {
        await using (var engine = await StartAsync())
        {
            await engine.SetRouteAsync(ToOne, "ann");
        }

        var written = _pipeline.WithRoute("{ champion: 2, fallback: { value: 0.75 } }");
        await using (var restarted = await StartAsync(written))
        {
            var route = restarted.Engine.Route;
            Assert.Equal((3, written.Route, null), (route.Number, route.Route, route.Author));
            Assert.Equal((2, 3), await RoutedAsync(restarted, "a"));
            await restarted.SetRouteAsync(ToOne);
        }

        // The file is as it was at the last start: what was set since goes on.
        await using var again = await StartAsync(written);
        Assert.Equal((1, 4), await RoutedAsync(again, "b"));
    }

    [Fact]
    public async Task Route_WhenStopped_IsNotReady()
    {
        await using var engine = await StartAsync();
        await engine.Engine.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(RouteStatus.NotReady, (await engine.SetRouteAsync(ToOne)).Status);
        Assert.Equal(1, engine.Engine.Route.Number);
    }

    private Task<LiveEngine> StartAsync(PipelineModel pipeline) =>
        LiveEngine.StartAsync(CreateFactory(), pipeline, _pipeline.StateDirectory());

    /// <summary>Version and revision that an event is scored with.</summary>
    private static async Task<(int Version, int Revision)> RoutedAsync(LiveEngine engine, string id)
    {
        var reply = await engine.AskAsync(Payment(id, 0, "C", 20));
        Assert.Equal(ReplyStatus.Answered, reply.Status);
        var prediction = PredictionCodec.Decode(reply.Prediction!);
        return (prediction.Version, prediction.Revision);
    }

    /// <summary>The real models, but one version cannot be read.</summary>
    private sealed class UnreadableVersion(int unreadable) : IModelCatalog
    {
        public const string Reason = "model.onnx: it is cut short";

        private readonly OnnxModelCatalog _inner = new();

        public IModelRuntime Load(PipelineModel pipeline, int version) =>
            version == unreadable ? throw new ModelException(Reason) : _inner.Load(pipeline, version);
    }
}
