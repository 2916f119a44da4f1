using System.Globalization;
using System.Text.RegularExpressions;
using Orleans.Inference.Api.Metrics;
using Orleans.Inference.Api.Tests.Hosting;
using Orleans.Inference.Engines;
using Orleans.Inference.Events;
using Orleans.Inference.Predictions;
using Orleans.Inference.Routing;
using Orleans.Inference.Telemetry;

namespace Orleans.Inference.Api.Tests.Telemetry;

public sealed partial class MetricsTests
{
    [Fact]
    public async Task Metrics_AfterABatch_HaveTheContractsNamesAndTags()
    {
        await using var host = await ApiHost.StartAsync();
        host.Engine.Figures = new EngineFigures
        {
            EntitiesActive = new Dictionary<string, long> { ["customer"] = 5 },
            ConsumerLag = new Dictionary<int, long> { [3] = 7 },
        };
        var instruments = new ScoringInstruments(host.Meter, host.Engine.Pipeline);
        instruments.BatchScored(Batch());
        instruments.StageTook(ScoringStage.Model, TimeSpan.FromMilliseconds(2));
        instruments.CheckpointTook(TimeSpan.FromMilliseconds(20));
        instruments.ModelFailed(2, "timeout");
        using var response = await host.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        var lines = (await response.Content.ReadAsStringAsync()).Split('\n');
        foreach (var expected in new[]
        {
            """inference_events_total{pipeline="fraud",outcome="scored"} 3""",
            """inference_events_total{pipeline="fraud",outcome="fallback"} 1""",
            """inference_events_total{pipeline="fraud",outcome="rejected"} 1""",
            """inference_events_total{pipeline="fraud",outcome="late"} 0""",
            """inference_predictions_total{pipeline="fraud",version="2",variant="champion"} 3""",
            """inference_predictions_total{pipeline="fraud",version="none",variant="fallback"} 1""",
            """inference_decisions_total{pipeline="fraud",decision="block"} 2""",
            """inference_decisions_total{pipeline="fraud",decision="approve"} 2""",
            """inference_event_to_prediction_seconds_bucket{pipeline="fraud",le="0.001"} 0""",
            """inference_event_to_prediction_seconds_bucket{pipeline="fraud",le="0.0025"} 4""",
            """inference_event_to_prediction_seconds_bucket{pipeline="fraud",le="+Inf"} 4""",
            """inference_event_to_prediction_seconds_sum{pipeline="fraud"} 0.008""",
            """inference_event_to_prediction_seconds_count{pipeline="fraud"} 4""",
            """inference_stage_seconds_count{pipeline="fraud",stage="model"} 1""",
            """inference_batch_events_bucket{pipeline="fraud",le="4"} 0""",
            """inference_batch_events_bucket{pipeline="fraud",le="8"} 1""",
            """inference_checkpoint_seconds_bucket{pipeline="fraud",le="0.025"} 1""",
            """inference_model_errors_total{pipeline="fraud",version="2",reason="timeout"} 1""",
            """inference_consumer_lag{pipeline="fraud",topic="transactions",partition="3"} 7""",
            """inference_entities_active{pipeline="fraud",type="customer"} 5""",
            "# TYPE inference_events_total counter",
            "# TYPE inference_event_to_prediction_seconds histogram",
            "# TYPE inference_consumer_lag gauge",
        })
        {
            Assert.Contains(expected, lines);
        }
    }

    [Fact]
    public async Task Metrics_Text_IsWellFormed()
    {
        await using var host = await ApiHost.StartAsync();
        var instruments = new ScoringInstruments(host.Meter, host.Engine.Pipeline);
        instruments.BatchScored(Batch());
        instruments.ModelFailed(2, "a \"b\"\\\n");
        var text = await (await host.GetAsync("/metrics")).Content.ReadAsStringAsync();
        Assert.EndsWith("\n", text);
        Assert.All(text.TrimEnd('\n').Split('\n'), line => Assert.Matches(Line(), line));
        Assert.Contains("""reason="a \"b\"\\\n""", text);
    }

    [Fact]
    public async Task Metrics_GaugeWhoseSourceIsGone_IsGone()
    {
        await using var host = await ApiHost.StartAsync(engine => engine.Figures = new EngineFigures
        {
            ConsumerLag = new Dictionary<int, long> { [3] = 7 },
        });
        Assert.Contains("partition=\"3\"", await (await host.GetAsync("/metrics")).Content.ReadAsStringAsync());
        host.Engine.Figures = new EngineFigures();
        Assert.DoesNotContain("partition=\"3\"", await (await host.GetAsync("/metrics")).Content.ReadAsStringAsync());
    }

    [Fact]
    public void Recording_ManyBatches_AllocatesNothing()
    {
        using var meter = new InferenceMeter();
        using var exporter = new PrometheusExporter(meter);
        var instruments = new ScoringInstruments(meter, FraudPipeline.Create());
        var batch = Batch();
        Record(100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Record(10_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Record(int count)
        {
            for (var i = 0; i < count; i++)
            {
                instruments.BatchScored(batch);
                instruments.StageTook(ScoringStage.Sink, TimeSpan.FromMilliseconds(1));
                instruments.ModelFailed(2, "error");
            }
        }
    }

    [Fact]
    public async Task Recording_FromManyThreads_LosesNothing()
    {
        using var meter = new InferenceMeter();
        using var exporter = new PrometheusExporter(meter);
        var instruments = new ScoringInstruments(meter, FraudPipeline.Create());
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            var batch = Batch();
            for (var i = 0; i < 5_000; i++)
            {
                instruments.BatchScored(batch);
            }
        })));
        var sum = Regex.Match(exporter.Collect(), @"prediction_seconds_sum\{[^}]*\} (\S+)").Groups[1].Value;
        Assert.Contains("""outcome="scored"} 60000""", exporter.Collect());
        Assert.Equal(160, double.Parse(sum, CultureInfo.InvariantCulture), 6);
    }

    [Fact]
    public void Exporter_OtherMeterOfTheSameName_IsNotHeard()
    {
        using var meter = new InferenceMeter();
        using var other = new InferenceMeter();
        using var exporter = new PrometheusExporter(meter);
        new ScoringInstruments(other, FraudPipeline.Create("other")).BatchScored(Batch());
        Assert.DoesNotContain("other", exporter.Collect());
    }

    // Three scored (two blocked), one constant fallback, one rejected, and a dry run that must not count: five events, 2 ms each.
    private static EventBatch Batch()
    {
        var batch = new EventBatch(FraudPipeline.Create(), 8) { ScoredAt = 1_020_000 };
        typeof(EventBatch).GetProperty(nameof(EventBatch.Count))!.SetValue(batch, 6);
        for (var row = 0; row < 6; row++)
        {
            batch.Timestamps[row] = 1_000_000;
            batch.Versions[row] = row == 3 ? 0 : 2;
            batch.Variants[row] = row == 3 ? Variant.Fallback : Variant.Champion;
            batch.Decisions[row] = row < 2 ? (byte)0 : (byte)1;
        }

        batch.Outcomes[3] = Outcome.Fallback;
        batch.Outcomes[4] = Outcome.Rejected;
        batch.Flags[5] = RowFlags.DryRun;
        return batch;
    }

    [GeneratedRegex("""^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+\{([a-z]+="([^"\\]|\\["\\n])*",?)*\} [-+.0-9EInfaN]+)$""")]
    private static partial Regex Line();
}
