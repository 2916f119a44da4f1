using Orleans.Inference.Engines;
using Orleans.Inference.Models.Onnx;
using Orleans.Inference.Predictions;
using Orleans.Inference.Routing;
using static Orleans.Inference.Conformance.Engines.Payments;

namespace Orleans.Inference.Conformance.Engines;

/// <summary>What every engine must do in a replay. A derivation says which engine.</summary>
public abstract class ReplayEngineConformance
{
    private static readonly EngineOptions Usual = new() { Shards = 2, BatchLimit = 64 };

    protected abstract IEngineFactory CreateFactory();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Replay_GeneratedStream_EqualsTheDefinitions(int seed)
    {
        using var pipeline = new EnginePipeline();
        var events = Stream(700, seed);
        var rows = await RunAsync(pipeline, events);
        var oracle = new PaymentOracle();
        Assert.Equal(events.Count, rows.Count);
        for (var i = 0; i < rows.Count; i++)
        {
            var (outcome, features) = oracle.Take(events[i]);
            Assert.True(outcome == rows[i].Outcome, $"seed {seed}, event {i}: expected {outcome}, found {rows[i]}");
            Assert.Equal(features.Length, rows[i].FeatureValues.Length);
            for (var f = 0; f < features.Length; f++)
            {
                Assert.True(Math.Abs(features[f] - rows[i].FeatureValues[f]) <= 1e-6 * Math.Abs(features[f]),
                    $"seed {seed}, event {i}, feature {f}: expected {features[f]}, found {rows[i].FeatureValues[f]}");
            }
        }

        Assert.Equal([Outcome.Scored, Outcome.Fallback, Outcome.Rejected, Outcome.Late], rows.Select(row => row.Outcome).Distinct().Order());
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 1024)]
    [InlineData(2, 7)]
    [InlineData(5, 1)]
    [InlineData(5, 7)]
    [InlineData(5, 1024)]
    public async Task Replay_AnyShardsAndBatches_GivesTheSameBits(int shards, int batchLimit)
    {
        using var pipeline = new EnginePipeline("{ version: 1 }");
        var events = Stream(900, seed: 4);
        var expected = await RunAsync(pipeline, events);
        var rows = await ReplayRun.RunAsync(CreateFactory(), pipeline.Model, events, new EngineOptions { Shards = shards, BatchLimit = batchLimit });
        Assert.Equal(expected, rows);
    }

    [Fact]
    public async Task Replay_NoEvents_EmitsNothing()
    {
        using var pipeline = new EnginePipeline();
        Assert.Empty(await RunAsync(pipeline, []));
    }

    [Fact]
    public async Task LateEvent_TouchesNoState()
    {
        using var pipeline = new EnginePipeline();
        var rows = await RunAsync(
            pipeline,
            [
                Payment("a", 30, "C", 20),
                Payment("late", 19.9, "C", 20),
                Payment("edge", 20, "C", 20),
                Payment("b", 31, "C", 20),
            ]);
        Assert.Equal([Outcome.Scored, Outcome.Late, Outcome.Scored, Outcome.Scored], rows.Select(row => row.Outcome));
        Assert.Equal("late", rows[1].Id);
        Assert.True(float.IsNaN(rows[1].Score));
        Assert.Equal([1, 1, 3], rows.Where(row => row.Outcome == Outcome.Scored).Select(row => row.FeatureValues[1]));
    }

    [Fact]
    public async Task RejectedEvent_TouchesNeitherStateNorClock()
    {
        using var pipeline = new EnginePipeline();
        var rows = await RunAsync(pipeline, [Payment("a", 0, "C", 20), Payment("b", 500, "C", -1), Payment("c", 1, "C", 20)]);
        Assert.Equal([Outcome.Scored, Outcome.Rejected, Outcome.Scored], rows.Select(row => row.Outcome));
        Assert.Equal(2, rows[2].FeatureValues[1]);
        Assert.Equal(("b", "C"), (rows[1].Id, rows[1].Entity));
    }

    [Fact]
    public async Task OutOfOrderEvent_IsScoredAsOfItsOwnTime()
    {
        using var pipeline = new EnginePipeline();

        // Minutes of C's events, in arrival order: 0, 60, 55. The window of the last is (-5, 55]: it holds 0 and 55 but not 60.
        var rows = await RunAsync(pipeline, [Payment("a", 0, "C", 20), Payment("b", 60, "C", 20), Payment("c", 55, "C", 20), Payment("d", 61, "C", 20)]);
        Assert.Equal([1, 1, 2, 3], rows.Select(row => row.FeatureValues[1]));
    }

    [Fact]
    public async Task MissingSecondaryEntity_GivesItsDefaults()
    {
        using var pipeline = new EnginePipeline();
        var rows = await RunAsync(
            pipeline, [Payment("a", 0, "C", 20, "T"), Payment("b", 20, "C", 40, "T"), Payment("c", 20, "C", 20), Payment("d", 20, "C", 20, "")]);
        Assert.Equal([0, 1, 0, 0], rows.Select(row => row.FeatureValues[5]));
        Assert.Equal([20, 30, -1, 20], rows.Select(row => row.FeatureValues[6]));
    }

    [Fact]
    public async Task ModelWithoutAnAnswer_FallsBackToTheValue()
    {
        using var pipeline = new EnginePipeline("{ value: 0.25 }");
        var rows = await RunAsync(pipeline, [Payment("a", 0, "C", 20), Payment("b", 1, "C", 5)]);
        Assert.Equal([Outcome.Scored, Outcome.Fallback], rows.Select(row => row.Outcome));
        Assert.Equal((0.25f, 0, Variant.Fallback), (rows[1].Score, rows[1].Version, rows[1].Variant));
        Assert.Equal((2, Variant.Champion), (rows[0].Version, rows[0].Variant));
        Assert.Equal(2, rows[1].FeatureValues[1]);
    }

    [Fact]
    public async Task ModelWithoutAnAnswer_FallsBackToTheVersion()
    {
        using var pipeline = new EnginePipeline("{ version: 1 }");
        var rows = await RunAsync(pipeline, [Payment("a", 0, "C", 5)]);
        Assert.Equal((Outcome.Fallback, 1, Variant.Fallback), (rows[0].Outcome, rows[0].Version, rows[0].Variant));
        using var runtime = new OnnxModelCatalog().Load(pipeline.Model, 1);
        var score = new float[1];
        Assert.True(runtime.TryScore(rows[0].FeatureValues, 1, score, out _));
        Assert.Equal(score[0], rows[0].Score);
    }

    [Fact]
    public async Task ModelWithoutAnAnswer_AndNoFallback_Fails()
    {
        using var pipeline = new EnginePipeline(fallback: null);
        var rows = await RunAsync(pipeline, [Payment("a", 0, "C", 5), Payment("b", 1, "C", 20)]);
        Assert.Equal([Outcome.Failed, Outcome.Scored], rows.Select(row => row.Outcome));
        Assert.True(float.IsNaN(rows[0].Score));
        Assert.Null(pipeline.Model.Decision!.NameOf(rows[0].Decision));
        Assert.Equal(2, rows[1].FeatureValues[1]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1024)]
    public async Task ModelThatFailsOnOneEvent_FallsBackForThatEventAlone(int batchLimit)
    {
        using var pipeline = new EnginePipeline();
        var events = Stream(300, seed: 8, withRejected: false).Append(Payment("bad", 400, "C1", 66.66)).Concat([Payment("good", 401, "C1", 20)]).ToList();
        var models = new ObservedModels(new OnnxModelCatalog(), (version, features, rows) => HasAmount(features, rows, 66.66f) ? "66.66 is too much" : null);
        var rows = await ReplayRun.RunAsync(CreateFactory(), pipeline.Model, events, Usual with { BatchLimit = batchLimit }, models);
        Assert.Equal(Outcome.Fallback, rows[^2].Outcome);
        var undisturbed = await RunAsync(pipeline, events);
        Assert.Equal(undisturbed.Take(events.Count - 2), rows.Take(events.Count - 2));
        Assert.Equal(undisturbed[^1], rows[^1]);
        Assert.Equal(undisturbed[^2].Features, rows[^2].Features);
    }

    [Fact]
    public async Task Decisions_FirstThatHolds_IsTaken()
    {
        using var pipeline = new EnginePipeline();
        var rows = await RunAsync(pipeline, Stream(400, seed: 6));
        foreach (var row in rows.Where(row => row.Outcome is Outcome.Scored or Outcome.Fallback))
        {
            var expected = row.Score >= 0.6f ? "block" : row.FeatureValues[0] >= 80 ? "review" : "approve";
            Assert.Equal(expected, pipeline.Model.Decision!.NameOf(row.Decision));
        }

        Assert.Equal(3, rows.Select(row => pipeline.Model.Decision!.NameOf(row.Decision)).OfType<string>().Distinct().Count());
        Assert.All(rows.Where(row => row.Outcome is Outcome.Late or Outcome.Rejected), row => Assert.Null(pipeline.Model.Decision!.NameOf(row.Decision)));
    }

    [Fact]
    public async Task OutputThatFails_StopsTheReplayWithItsException()
    {
        using var pipeline = new EnginePipeline();
        await using var engine = CreateFactory().CreateReplay(pipeline.Model, new OnnxModelCatalog(), new FullOutput(), Usual);
        var exception = await Assert.ThrowsAsync<IOException>(async () =>
        {
            for (var i = 0; i < 200; i++)
            {
                engine.Submit(engine.Rent());
            }

            await engine.DrainAsync();
        });
        Assert.Equal("The disk is full.", exception.Message);
    }

    private Task<IReadOnlyList<ResultRow>> RunAsync(EnginePipeline pipeline, IReadOnlyList<byte[]> events) =>
        RunAsync(pipeline, events, Usual);

    private Task<IReadOnlyList<ResultRow>> RunAsync(EnginePipeline pipeline, IReadOnlyList<byte[]> events, EngineOptions options) =>
        ReplayRun.RunAsync(CreateFactory(), pipeline.Model, events, options);

    private static bool HasAmount(ReadOnlySpan<float> features, int rows, float amount)
    {
        for (var row = 0; row < rows; row++)
        {
            if (features[row * EnginePipeline.FeatureCount] == amount)
            {
                return true;
            }
        }

        return false;
    }

    private sealed class FullOutput : IBatchOutput
    {
        public void Emit(Events.EventBatch batch) => throw new IOException("The disk is full.");
    }
}
