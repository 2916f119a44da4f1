using Orleans.Inference.Engines;
using Orleans.Inference.Predictions;
using static Orleans.Inference.Conformance.Engines.Payments;

namespace Orleans.Inference.Conformance.Engines;

/// <summary>What must outlast a stop, an abrupt end and the leaving of memory.</summary>
public abstract partial class ScoringEngineConformance
{
    private static readonly ScoreOptions Durable = new(Durable: true);

    [Fact]
    public async Task Restarts_WithOtherShards_ChangeNoBit()
    {
        var events = Stream(360, seed: 31, withRejected: false);
        var expected = await UninterruptedAsync(events);
        var rows = new List<ResultRow>();
        var part = 0;
        foreach (var chunk in events.Chunk(60))
        {
            await using var engine = await StartAsync(options: new EngineOptions { Shards = (part++ % 3) + 1 });
            rows.AddRange(await engine.ScoreAllAsync(chunk));
        }

        Assert.Equal(expected, rows);
    }

    [Fact]
    public async Task Restart_KeepsLatestPredictionsAndClock()
    {
        var rows = new List<ResultRow>();
        await using (var engine = await StartAsync())
        {
            rows.AddRange(await engine.ScoreAllAsync(Stream(100, seed: 32, withRejected: false)));
        }

        await using var restarted = await StartAsync();
        foreach (var entity in rows.Where(row => row.Outcome != Outcome.Late).GroupBy(row => row.Entity))
        {
            Assert.Equal(entity.Last(), await restarted.LatestAsync(entity.Key));
        }

        Assert.Equal(Outcome.Late, (await restarted.ScoreAsync(Payment("late", 0, "C1", 20))).Outcome);
    }

    [Fact]
    public async Task Restart_WithNothingInBetween_KeepsEverything()
    {
        var events = Stream(120, seed: 33, withRejected: false);
        var expected = await UninterruptedAsync(events);
        await using (var engine = await StartAsync())
        {
            await engine.ScoreAllAsync(events.Take(80));
        }

        for (var i = 0; i < 3; i++)
        {
            await (await StartAsync()).DisposeAsync();
        }

        await using var last = await StartAsync();
        Assert.Equal(expected.Skip(80), await last.ScoreAllAsync(events.Skip(80)));
    }

    [Fact]
    public async Task Offsets_AreNeverUsedAgain()
    {
        var seen = new List<long>();
        for (var start = 0; start < 3; start++)
        {
            await using var engine = await StartAsync();
            for (var i = 0; i < 5; i++)
            {
                var reply = await engine.AskAsync(Payment($"p{i}", i, "C", 20));
                seen.Add(PredictionCodec.Decode(reply.Prediction).Source.Offset);
            }

            engine.CopyStateTo(_pipeline.StateDirectory($"copy{start}"));
        }

        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Equal(seen.Order(), seen);

        // An engine that ends without a last checkpoint has still used its epoch.
        await using var afterCrash = await StartAsync("copy2");
        var next = await afterCrash.AskAsync(Payment("p", 9, "C", 20));
        Assert.True(PredictionCodec.Decode(next.Prediction).Source.Offset > seen[^1]);
    }

    [Fact]
    public async Task DurableAnswer_SurvivesAnAbruptEnd()
    {
        var events = Stream(200, seed: 34, withRejected: false);
        var expected = await UninterruptedAsync(events);
        await using var engine = await StartAsync();
        await engine.ScoreAllAsync(events.Take(149));
        var last = await engine.ScoreAsync(events[149], Durable);
        engine.CopyStateTo(_pipeline.StateDirectory("copy"));

        await using var survivor = await StartAsync("copy", new EngineOptions { Shards = 3 });
        Assert.Equal(last, expected[149]);
        Assert.Equal(expected.Take(150).Last(row => row.Entity == last.Entity && row.Outcome != Outcome.Late), await survivor.LatestAsync(last.Entity));
        Assert.Equal(expected.Skip(150), await survivor.ScoreAllAsync(events.Skip(150)));
    }

    [Fact]
    public async Task AbruptEnds_AtEveryDurableAnswer_ChangeNoBit()
    {
        var events = Stream(120, seed: 35, customers: 5, withRejected: false);
        var expected = await UninterruptedAsync(events);
        var rows = new List<ResultRow>();
        var state = "state";
        foreach (var chunk in events.Chunk(15))
        {
            await using var engine = await StartAsync(state, new EngineOptions { Shards = 2, LogLimitBytes = 500 });
            rows.AddRange(await engine.ScoreAllAsync(chunk[..^1]));
            rows.Add(await engine.ScoreAsync(chunk[^1], Durable));
            state = $"copy{rows.Count}";
            engine.CopyStateTo(_pipeline.StateDirectory(state));
        }

        Assert.Equal(expected, rows);
    }

    [Fact]
    public async Task IdleEntities_LeaveMemoryAndComeBackUnchanged()
    {
        // A long stretch for each customer in turn, so that all others are idle meanwhile.
        var events = new List<byte[]>();
        for (var i = 0; i < 240; i++)
        {
            events.Add(Payment($"p{i}", i, $"C{i / 10 % 6}", 10 + i, $"T{i / 20 % 3}"));
        }

        var expected = await UninterruptedAsync(events);
        await using var engine = await StartAsync(options: new EngineOptions { Shards = 2, IdleAfter = TimeSpan.FromMilliseconds(20) });
        var rows = new List<ResultRow>();
        var left = 0;
        foreach (var stretch in events.Chunk(10))
        {
            foreach (var json in stretch)
            {
                rows.Add(await engine.ScoreAsync(json, Durable));
                left += engine.Figures.EntitiesActive["customer"] < rows.Select(row => row.Entity).Distinct().Count() ? 1 : 0;
            }

            // The others are idle for long enough, however fast the engine is.
            await Task.Delay(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken);
        }

        Assert.True(left > 20, $"Customers were out of memory after {left} of {rows.Count} events only.");
        Assert.Equal(expected, rows);
        foreach (var entity in rows.GroupBy(row => row.Entity))
        {
            Assert.Equal(entity.Last(), await engine.LatestAsync(entity.Key));
            Assert.NotNull(await engine.EntityAsync(0, entity.Key));
        }
    }

    [Fact]
    public async Task IdleEntities_AfterARestart_ComeBackUnchanged()
    {
        var events = new List<byte[]>();
        for (var i = 0; i < 180; i++)
        {
            events.Add(Payment($"p{i}", i, $"C{i / 6 % 5}", 10 + i, $"T{i / 9 % 4}"));
        }

        var expected = await UninterruptedAsync(events);
        var options = new EngineOptions { Shards = 2, IdleAfter = TimeSpan.FromMilliseconds(20), LogLimitBytes = 2_000 };
        var rows = new List<ResultRow>();
        var state = "state";
        foreach (var chunk in events.Chunk(20))
        {
            await using var engine = await StartAsync(state, options);
            foreach (var json in chunk)
            {
                rows.Add(await engine.ScoreAsync(json, Durable));
            }

            if (rows.Count % 40 == 0)
            {
                state = $"copy{rows.Count}";
                engine.CopyStateTo(_pipeline.StateDirectory(state));
            }
        }

        Assert.Equal(expected, rows);
    }

    [Fact]
    public async Task DryRun_OnIdleEntity_SeesItsState()
    {
        await using var engine = await StartAsync(options: new EngineOptions { Shards = 1, IdleAfter = TimeSpan.FromMilliseconds(20) });
        await engine.ScoreAsync(Payment("a", 0, "idle", 20), Durable);
        var started = TimeProvider.System.GetTimestamp();
        for (var i = 0; engine.Figures.EntitiesActive["customer"] != 1 || i < 2; i++)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(30), "The idle customer did not leave memory.");
            await engine.ScoreAsync(Payment($"p{i}", 0, "busy", 20), Durable);
        }

        var preview = await engine.ScoreAsync(Payment("b", 1, "idle", 20), new ScoreOptions(DryRun: true));
        Assert.Equal(2, preview.FeatureValues[1]);
        Assert.Equal("a", (await engine.LatestAsync("idle"))!.Id);
        Assert.Equal(2, (await engine.ScoreAsync(Payment("c", 1, "idle", 20))).FeatureValues[1]);
    }

    [Fact]
    public async Task Stop_WithEventsUnderWay_AnswersThemAll()
    {
        var engine = await StartAsync();
        var token = TestContext.Current.CancellationToken;
        var asked = Enumerable.Range(0, 300).Select(i => engine.Engine.ScoreAsync(Payment($"p{i}", 0, "C", 20), default, token).AsTask()).ToList();
        await engine.DisposeAsync();
        var replies = await Task.WhenAll(asked).WaitAsync(TimeSpan.FromSeconds(30), token);
        Assert.All(replies, reply => Assert.Equal(ReplyStatus.Answered, reply.Status));
        await using var restarted = await StartAsync();
        Assert.Equal(300, (await restarted.EntityAsync(0, "C"))!.Features[0].Value);
    }

    [Fact]
    public async Task StoppedEngine_AnswersThatItIsNotReady()
    {
        await using var engine = await StartAsync();
        await engine.ScoreAsync(Payment("a", 0, "C", 20));
        await engine.Engine.StopAsync(TestContext.Current.CancellationToken);
        Assert.False(engine.Engine.Readiness.IsReady);
        Assert.True(engine.Engine.Completion.IsCompletedSuccessfully);
        Assert.Equal(ReplyStatus.NotReady, (await engine.AskAsync(Payment("b", 0, "C", 20))).Status);
        Assert.Equal("a", (await engine.LatestAsync("C"))!.Id);
        Assert.Null(await engine.LatestAsync("nobody"));
        await engine.EntityAsync(0, "C");
    }

    /// <summary>What one engine says that never stops.</summary>
    private async Task<IReadOnlyList<ResultRow>> UninterruptedAsync(IReadOnlyList<byte[]> events)
    {
        await using var engine = await StartAsync("uninterrupted");
        return await engine.ScoreAllAsync(events);
    }
}
