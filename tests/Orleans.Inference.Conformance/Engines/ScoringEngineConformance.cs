using Orleans.Inference.Engines;
using Orleans.Inference.Events;
using Orleans.Inference.Models.Onnx;
using Orleans.Inference.Predictions;
using Orleans.Inference.Routing;
using static Orleans.Inference.Conformance.Engines.Payments;

namespace Orleans.Inference.Conformance.Engines;

/// <summary>What every live engine must do with events that come through HTTP. A derivation says which engine.</summary>
public abstract partial class ScoringEngineConformance : IDisposable
{
    private readonly EnginePipeline _pipeline = new();

    protected abstract IEngineFactory CreateFactory();

    public void Dispose()
    {
        _pipeline.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Score_Events_UpdateTheState()
    {
        await using var engine = await StartAsync();
        Assert.Null(await engine.LatestAsync("C"));
        var first = await engine.ScoreAsync(Payment("a", 0, "C", 20, "T"));
        var second = await engine.ScoreAsync(Payment("b", 1, "C", 40, "T"));
        Assert.Equal(("a", "C", Outcome.Scored, 2, Variant.Champion), (first.Id, first.Entity, first.Outcome, first.Version, first.Variant));
        Assert.Equal([40, 2, 60, 30, 0, 0, 30], second.FeatureValues);
        Assert.Equal(second, await engine.LatestAsync("C"));
        Assert.Null(await engine.LatestAsync("T"));
        Assert.Equal(2, engine.Figures.Scored);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Score_GeneratedStream_EqualsAReplay(int shards)
    {
        var events = Stream(400, seed: 21, withRejected: false);
        await using var engine = await StartAsync(options: new EngineOptions { Shards = shards });
        var live = await engine.ScoreAllAsync(events);
        var replayed = await ReplayRun.RunAsync(CreateFactory(), _pipeline.Model, events, new EngineOptions());
        Assert.Equal(replayed, live);
        Assert.Equal(replayed.Count(row => row.Outcome == Outcome.Late), engine.Figures.Late);
        Assert.Equal(replayed.Count(row => row.Outcome == Outcome.Fallback), engine.Figures.Fallback);
    }

    [Fact]
    public async Task Score_ManyAtOnce_CountsEachOnce()
    {
        await using var engine = await StartAsync();
        var replies = await Task.WhenAll(Enumerable.Range(0, 600).Select(i => Task.Run(() => engine.ScoreAsync(Payment($"p{i}", 0, $"C{i % 20}", 20)))));
        foreach (var entity in replies.GroupBy(row => row.Entity))
        {
            Assert.Equal(Enumerable.Range(1, 30).Select(count => (float)count), entity.Select(row => row.FeatureValues[1]).Order());
        }

        Assert.Equal(600, engine.Figures.Scored);
    }

    [Fact]
    public async Task DryRun_UnknownEntity_ChangesNothing()
    {
        await using var engine = await StartAsync();
        var preview = await engine.ScoreAsync(Payment("a", 500, "C", 20, "T"), new ScoreOptions(DryRun: true));
        Assert.Equal((Outcome.Scored, 1f), (preview.Outcome, preview.FeatureValues[1]));
        Assert.Null(await engine.LatestAsync("C"));
        Assert.Null(await engine.EntityAsync(0, "C"));
        Assert.Null(await engine.EntityAsync(1, "T"));
        Assert.Empty(await engine.HistoryAsync("C", 10));
        Assert.Equal(0, engine.Figures.Scored);
        Assert.All(engine.Figures.EntitiesActive.Values, active => Assert.Equal(0, active));

        // The preview at minute 500 moved no clock, so minute 0 is not late.
        var first = await engine.AskAsync(Payment("b", 0, "C", 20, "T"));
        Assert.Equal(preview with { Id = "b", EventTime = Start.Ticks }, ResultRow.Of(first.Prediction!));
        Assert.Equal(0, PredictionCodec.SequenceOf(first.Prediction!));
    }

    [Fact]
    public async Task DryRun_KnownEntity_IsWhatScoringThenSays()
    {
        await using var engine = await StartAsync();
        await engine.ScoreAllAsync(Stream(60, seed: 22, customers: 3, withRejected: false));
        var before = await engine.LatestAsync("C1");
        var payment = Payment("next", 50, "C1", 33.25, "T1", "online");
        var preview = await engine.ScoreAsync(payment, new ScoreOptions(DryRun: true));
        Assert.Equal(before, await engine.LatestAsync("C1"));
        Assert.Equal(preview, await engine.ScoreAsync(payment, new ScoreOptions(DryRun: true)));
        Assert.Equal(preview, await engine.ScoreAsync(payment));
    }

    [Fact]
    public async Task DryRuns_AmongOthersInOneBatch_SeeWhatCameBeforeThem()
    {
        // The model waits until everything is queued, so that what follows the first event travels together.
        using var gate = new ManualResetEventSlim();
        var models = new ObservedModels(new OnnxModelCatalog(), (_, _, _) => gate.Wait(TimeSpan.FromSeconds(30)) ? null : "nobody opened the gate");
        await using var engine = await StartAsync(models: models);
        var token = TestContext.Current.CancellationToken;
        var asked = new List<Task<ScoreReply>>();
        for (var i = 0; i < 40; i++)
        {
            asked.Add(engine.Engine.ScoreAsync(Payment($"p{i}", i, "C", 20), new ScoreOptions(DryRun: i % 2 == 1), token).AsTask());
        }

        gate.Set();
        var rows = (await Task.WhenAll(asked)).Select(reply => ResultRow.Of(reply.Prediction!)).ToList();
        Assert.Equal(Enumerable.Range(0, 40).Select(i => (i / 2) + 1f + (i % 2)), rows.Select(row => row.FeatureValues[1]));
        Assert.Equal(20, engine.Figures.Scored);
    }

    [Fact]
    public async Task PinnedVersion_IsAsked()
    {
        await using var engine = await StartAsync();
        var pinned = await engine.ScoreAsync(Payment("a", 0, "C", 5), new ScoreOptions(Version: 1));
        Assert.Equal((1, Outcome.Scored, Variant.Champion), (pinned.Version, pinned.Outcome, pinned.Variant));
        var failed = await engine.ScoreAsync(Payment("b", 1, "C", 5), new ScoreOptions(Version: 2));
        Assert.Equal((2, Outcome.Failed), (failed.Version, failed.Outcome));
        Assert.Equal(2, failed.FeatureValues[1]);
        var unknown = await engine.AskAsync(Payment("c", 1, "C", 20), new ScoreOptions(Version: 9));
        Assert.Equal(ReplyStatus.UnknownVersion, unknown.Status);
    }

    [Fact]
    public async Task LateEvent_IsAnsweredAndChangesNothing()
    {
        await using var engine = await StartAsync();
        var before = await engine.ScoreAsync(Payment("a", 30, "C", 20));
        var late = await engine.ScoreAsync(Payment("b", 19, "C", 20));
        Assert.Equal((Outcome.Late, "b", "C"), (late.Outcome, late.Id, late.Entity));
        Assert.True(float.IsNaN(late.Score));
        Assert.Equal(0, late.Version);
        Assert.Equal(before, await engine.LatestAsync("C"));
        Assert.Equal((1L, 1L), (engine.Figures.Scored, engine.Figures.Late));
        Assert.Equal(2, (await engine.ScoreAsync(Payment("c", 31, "C", 20))).FeatureValues[1]);
    }

    [Fact]
    public async Task EventThatDoesNotFit_IsInvalidWithFieldAndReason()
    {
        await using var engine = await StartAsync();
        var reply = await engine.AskAsync(Payment("a", 0, "C", -1));
        Assert.Equal(ReplyStatus.Invalid, reply.Status);
        Assert.Equal((RejectReason.BelowMinimum, "amount"), (reply.Rejection.Reason, _pipeline.Model.Fields[reply.Rejection.Field].Name));
        Assert.Equal(RejectReason.InvalidJson, (await engine.AskAsync("{"u8.ToArray())).Rejection.Reason);
        var future = (int)(TimeProvider.System.GetUtcNow().UtcDateTime - Start).TotalMinutes + 30;
        Assert.Equal(RejectReason.InTheFuture, (await engine.AskAsync(Payment("a", future, "C", 1))).Rejection.Reason);
        Assert.Null(await engine.EntityAsync(0, "C"));
    }

    [Fact]
    public async Task History_IsNewestFirst()
    {
        await using var engine = await StartAsync();
        var rows = await engine.ScoreAllAsync(Enumerable.Range(0, 9).Select(i => Payment($"p{i}", i, $"C{i % 2}", 20)));
        Assert.Equal(
            [rows[8], rows[6], rows[4]], (await engine.HistoryAsync("C0", 3)).Select(ResultRow.Of));
        Assert.Equal(4, (await engine.HistoryAsync("C1", 100)).Count);
        Assert.Empty(await engine.HistoryAsync("nobody", 100));
    }

    [Fact]
    public async Task Entity_IsAsOfItsLastEventOrAnotherTime()
    {
        await using var engine = await StartAsync();
        await engine.ScoreAllAsync([Payment("a", 0, "C", 20, "T"), Payment("b", 30, "C", 40, "T")]);
        var entity = await engine.EntityAsync(0, "C");
        Assert.Equal(["customer_tx_1h", "customer_sum_1h", "customer_mean_1d", "customer_online_1d"], entity!.Features.Select(feature => feature.Key));
        Assert.Equal([2, 60, 30, 0], entity.Features.Select(feature => feature.Value));
        Assert.Equal((Start.AddMinutes(30).Ticks, Start.AddMinutes(30).Ticks), (entity.UpdatedAt, entity.AsOf));

        // The hour's window at minute 60 is (0, 60].
        var later = await engine.EntityAsync(0, "C", Start.AddMinutes(60));
        Assert.Equal([1, 40, 30, 0], later!.Features.Select(feature => feature.Value));
        Assert.Equal((Start.AddMinutes(30).Ticks, Start.AddMinutes(60).Ticks), (later.UpdatedAt, later.AsOf));
        Assert.Equal([1, 30], (await engine.EntityAsync(1, "T"))!.Features.Select(feature => feature.Value));
        Assert.Null(await engine.EntityAsync(0, "nobody"));
    }

    [Fact]
    public async Task Subscription_GetsEveryPredictionInOrder()
    {
        await using var engine = await StartAsync();
        await using var feed = engine.Engine.SubscribeAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var next = feed.MoveNextAsync();
        var expected = await engine.ScoreAllAsync(Stream(50, seed: 23, withRejected: false));
        await engine.ScoreAsync(Payment("dry", 100, "C", 20), new ScoreOptions(DryRun: true));
        foreach (var row in expected.Where(row => row.Outcome != Outcome.Late))
        {
            Assert.True(await LiveEngine.WithinAsync(next, $"the prediction of {row.Id}"));
            Assert.Equal(row, ResultRow.Of(feed.Current));
            next = feed.MoveNextAsync();
        }

        await engine.Engine.StopAsync(TestContext.Current.CancellationToken);
        Assert.False(await LiveEngine.WithinAsync(next, "the end of the feed"));
    }

    [Fact]
    public async Task Submit_OneBadEvent_DoesNotFailTheOthers()
    {
        await using var engine = await StartAsync();
        ReadOnlyMemory<byte>[] events = [Payment("a", 0, "C", 20), Payment("b", 1, "C", -1), Payment("c", 2, "C", 20)];
        var reply = await LiveEngine.WithinAsync(engine.Engine.SubmitAsync(events, waitUntilScored: true, TestContext.Current.CancellationToken), "scoring");
        Assert.Equal((ReplyStatus.Answered, 2), (reply.Status, reply.Accepted));
        var bad = Assert.Single(reply.Rejected);
        Assert.Equal((1, RejectReason.BelowMinimum), (bad.Index, bad.Rejection.Reason));
        Assert.Equal(["a", "c"], reply.Predictions!.Select(prediction => ResultRow.Of(prediction).Id));
        Assert.Equal(reply.Positions[0].Offset + 1, reply.Positions[1].Offset);
    }

    [Fact]
    public async Task Overload_IsAnsweredAndWhatWasTakenIsScored()
    {
        using var gate = new ManualResetEventSlim();
        var models = new ObservedModels(new OnnxModelCatalog(), (_, _, _) => gate.Wait(TimeSpan.FromSeconds(30)) ? null : "nobody opened the gate");
        await using var engine = await StartAsync(
            options: new EngineOptions { Shards = 1, BatchLimit = 1, BatchesInFlight = 2, HttpQueueLimit = 4 }, models: models);
        var token = TestContext.Current.CancellationToken;
        var asked = Enumerable.Range(0, 50).Select(i => engine.Engine.ScoreAsync(Payment($"p{i}", 0, "C", 20), default, token).AsTask()).ToList();
        gate.Set();
        var replies = await Task.WhenAll(asked).WaitAsync(TimeSpan.FromSeconds(30), token);
        var answered = replies.Count(reply => reply.Status == ReplyStatus.Answered);
        Assert.InRange(answered, 4, 10);
        Assert.Equal(50 - answered, replies.Count(reply => reply.Status == ReplyStatus.Overloaded));
        Assert.Equal(answered, engine.Figures.Scored);
        Assert.Equal(answered, (await engine.EntityAsync(0, "C"))!.Features[0].Value);
    }

    private Task<LiveEngine> StartAsync(
        string state = "state", EngineOptions? options = null, Scoring.IModelCatalog? models = null) =>
        LiveEngine.StartAsync(CreateFactory(), _pipeline.Model, _pipeline.StateDirectory(state), options, models);
}
