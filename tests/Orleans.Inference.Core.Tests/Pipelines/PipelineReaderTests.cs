using System.Text;
using Orleans.Inference.Aggregates;
using Orleans.Inference.Features;
using Orleans.Inference.Fields;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Routing;
using Orleans.Inference.Windows;
using static Orleans.Inference.Core.Tests.Pipelines.PipelineExamples;

namespace Orleans.Inference.Core.Tests.Pipelines;

public sealed class PipelineReaderTests
{
    [Fact]
    public void Read_ContractExample_GivesTheModel()
    {
        var model = ModelOf(Read(Fraud, 1, 2, 3));

        Assert.Equal("fraud", model.Name);
        Assert.Equal("/pipelines/p", model.Folder);
        Assert.Equal(
            new SourceModel(
                "transactions", 0, 1, TimeSpan.FromHours(1), TimeSpan.FromHours(1), "transactions-dlq", "transactions-late", "inference-fraud"),
            model.Source);
        Assert.Equal(
            [FieldType.String, FieldType.Timestamp, FieldType.String, FieldType.String, FieldType.Double, FieldType.String, FieldType.Bool],
            model.Fields.Select(field => field.Type));
        Assert.Equal(0, model.Fields[4].Min);
        Assert.Equal(["pos", "online", "atm"], model.Fields[5].Enum!.Select(Encoding.UTF8.GetString));
        Assert.Equal("pos"u8.ToArray(), model.Fields[5].Default!.Text);
        Assert.True(model.Fields[6] is { IsLabel: true, Required: false });
        Assert.Equal(["customer", "terminal"], model.Entities.Select(entity => entity.Name));
        Assert.Equal([3], model.Entities[1].KeyFields);
        Assert.Equal(["block", "review"], model.Decision!.Rules.Select(rule => rule.Name));
        Assert.Equal("approve", model.Decision.Else);
        Assert.Equal(new RouteModel(2, new FallbackModel(0.5f, null)), model.Route);
        Assert.Equal(TimeSpan.FromSeconds(1), model.CheckpointInterval);
        Assert.Equal(new SinkModel("fraud-predictions", true), model.Sink);
        Assert.Equal(new LabelsModel("fraud-labels", "transaction_id", "fraud", TimeSpan.FromDays(30)), model.Labels);
        Assert.Equal(("probabilities", (int?)1, (string?)null), (model.Model.ScoreOutput, model.Model.ScoreColumn, model.Model.InputName));
        Assert.Equal([1, 2, 3], model.Model.Versions);
    }

    [Fact]
    public void Read_ContractExample_KeepsTheFeaturesOfThisRelease()
    {
        var features = ModelOf(Read(Fraud, 1, 2, 3)).Features;
        Assert.Equal(
            ["amount", "night", "customer_tx_1d", "customer_avg_7d", "customer_online", "terminal_risk_7d"], features.Select(feature => feature.Name));
        Assert.Equal(new FieldFeature("amount", 4), features[0]);
        Assert.Equal([1], Assert.IsType<ExpressionFeature>(features[1]).Expression.Fields);
        Assert.Equal(
            new WindowFeature("customer_tx_1d", AggregateKind.Count, null, 0, new WindowModel(TimeSpan.TicksPerDay, 0), null, null), features[2]);
        Assert.Equal("channel == 'online'", Assert.IsType<WindowFeature>(features[4]).Where!.Text);
        var week = 7 * TimeSpan.TicksPerDay;
        Assert.Equal(new WindowFeature("terminal_risk_7d", AggregateKind.Mean, 6, 1, new WindowModel(week, week), null, 0f), features[5]);
    }

    [Fact]
    public void Read_ContractExample_NamesWhatIsNotYet()
    {
        var model = ModelOf(Read(Fraud, 1, 2, 3));
        Assert.Equal(
            [(20, "references"), (28, "lookup"), (34, "canary"), (35, "shadow"), (40, "labels")],
            model.NotYet.Select(item => (item.Line, item.Message[..item.Message.IndexOf(':')])));
        var warning = Assert.Single(model.Warnings);
        Assert.Equal((25, true), (warning.Line, warning.Message.Contains("`features.customer_avg_7d` has no `default`")));
    }

    [Fact]
    public void Read_SmallPipeline_TakesDefaults()
    {
        var model = ModelOf(Read(Small, 3, 10, 2));
        Assert.Equal(
            new SourceModel("events", 0, 1, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1), "events-dlq", "events-late", "inference-small"),
            model.Source);
        Assert.Equal(new RouteModel(10, null), model.Route);
        Assert.Equal([2, 3, 10], model.Model.Versions);
        Assert.Equal(new SinkModel("small-predictions", false), model.Sink);
        Assert.Equal(TimeSpan.FromSeconds(1), model.CheckpointInterval);
        Assert.Null(model.Decision);
        Assert.Null(model.Labels);
        Assert.Empty(model.NotYet);
        Assert.Empty(model.Warnings);
    }

    [Fact]
    public void Read_SourceOptions_OverrideDefaults()
    {
        var source = ModelOf(ReadSmall(
            "  time: at", "  time: at\n  lateness: 2h\n  maxAhead: 0s\n  deadLetters: bad\n  lateTopic: behind\n  group: g")).Source;
        Assert.Equal((TimeSpan.FromHours(2), TimeSpan.Zero, "bad", "behind", "g"),
            (source.Lateness, source.MaxAhead, source.DeadLetterTopic, source.LateTopic, source.Group));
    }

    [Theory]
    [InlineData("window: 500ms", 5_000_000L)]
    [InlineData("window: 36500d", 36_500 * TimeSpan.TicksPerDay)]
    [InlineData("window: forever", null)]
    [InlineData("forever: true", null)]
    public void Read_Window_GivesItsSpan(string window, long? span)
    {
        var model = ModelOf(ReadFeature($"name: f, sum: amount, by: customer, {window}, delay: 1s"));
        Assert.Equal(new WindowModel(span, TimeSpan.TicksPerSecond), Assert.IsType<WindowFeature>(model.Features[1]).Window);
    }

    [Theory]
    [InlineData("count: fraud, delay: 1d", "")]
    [InlineData("count: \"*\", where: \"fraud\"", "folds the label `fraud` without `delay`")]
    [InlineData("sum: fraud", "folds the label `fraud` without `delay`")]
    [InlineData("mean: amount", "has no `default`")]
    [InlineData("std: amount, default: 0", "")]
    public void Read_Fold_WarnsOfLabelsAndEmptyWindows(string fold, string warning)
    {
        var warnings = ModelOf(ReadFeature($"name: f, {fold}, by: customer, window: 1d")).Warnings;
        Assert.Equal(warning.Length == 0 ? 0 : 1, warnings.Count);
        Assert.All(warnings, item => Assert.Contains(warning, item.Message));
        Assert.All(warnings, item => Assert.Equal(14, item.Line));
    }

    [Theory]
    [InlineData("median: amount, window: 1d", "median")]
    [InlineData("quantile(0.95): amount, window: 1d", "quantile")]
    [InlineData("ewma(1h): amount, window: 1d", "ewma")]
    [InlineData("lag(2): amount", "lag")]
    [InlineData("last: amount, window: 1d", "last")]
    [InlineData("mode: id, window: 1d", "mode")]
    [InlineData("since: \"*\", where: \"amount > 5\"", "since")]
    [InlineData("sum: amount, last: 10", "last window")]
    [InlineData("sum: amount, session: 30m", "session window")]
    [InlineData("sum: amount, tumbling: 1h", "tumbling window")]
    [InlineData("sum: amount, window: 1d, exclude: current", "exclude")]
    [InlineData("sum: amount, window: 1d, resolution: 1m", "resolution")]
    [InlineData("sum: amount, window: 1d, maxEvents: 1000", "maxEvents")]
    public void Read_FeatureBeyondThisRelease_IsNamedAndLeftOut(string feature, string name)
    {
        var model = ModelOf(ReadFeature($"name: f, by: customer, default: 0, {feature}"));
        var item = Assert.Single(model.NotYet);
        Assert.StartsWith(name + ": not yet in this release", item.Message);
        Assert.Equal(14, item.Line);
        Assert.Single(model.Features);
    }

    [Theory]
    [InlineData("sink: { topic: s, delivery: exactly-once }", "exactly-once")]
    [InlineData("route: { shadow: 1 }", "shadow")]
    [InlineData("route: { canary: { version: 1, percent: 0.5 } }", "canary")]
    public void Read_SectionBeyondThisRelease_IsNamed(string section, string name)
    {
        var item = Assert.Single(ModelOf(ReadSmallWith(section)).NotYet);
        Assert.StartsWith(name + ": ", item.Message);
        Assert.Equal(15, item.Line);
    }

    [Theory]
    [InlineData("  time: at", "  time: at\n  deduplicate: 1h", "deduplicate")]
    [InlineData("customer: id", "pair: [id, fraud_id]", "composite entity")]
    [InlineData("customer: id", "both: { pair: [id, fraud_id] }", "composite entity")]
    [InlineData("score: score", "online: { algorithm: logistic, rate: 0.1 }", "online")]
    [InlineData("score: score", "score: s, input: { a: [amount], b: features }", "several inputs")]
    public void Read_OptionBeyondThisRelease_IsNamed(string text, string replacement, string name)
    {
        var yaml = Small.Replace("  amount: {", "  fraud_id: { type: int }\n  amount: {", StringComparison.Ordinal);
        Assert.Contains(text, yaml);
        var item = Assert.Single(ModelOf(Read(yaml.Replace(text, replacement, StringComparison.Ordinal))).NotYet);
        Assert.StartsWith(name + ": ", item.Message);
    }

    [Theory]
    [InlineData("input: features", null)]
    [InlineData("input: { float_input: features }", "float_input")]
    [InlineData("input: { x: [amount] }", "x")]
    public void Read_ModelInput_NamesTheOneInput(string input, string? name) =>
        Assert.Equal(name, ModelOf(ReadSmall("score: score", $"score: score, {input}")).Model.InputName);

    [Theory]
    [InlineData("type: float, default: 0.1", 0.1f, 0, null)]
    [InlineData("type: double, default: -1e3, min: -1000", -1000, 0, null)]
    [InlineData("type: int, default: 7, enum: [7, 8]", 0, 7, null)]
    [InlineData("type: long, default: 9007199254740993", 0, 9007199254740993, null)]
    [InlineData("type: bool, default: 1", 1, 0, null)]
    [InlineData("type: string, default: a1, pattern: \"^[a-z]\"", 0, 0, "a1")]
    [InlineData("type: string, default: \"\"", 0, 0, "")]
    [InlineData("type: timestamp, default: \"1970-01-01T00:00:01Z\"", 0, 621355968010000000, null)]
    [InlineData("type: timestamp, unit: ms, default: 1000", 0, 621355968010000000, null)]
    public void Read_Default_IsInTheFieldsStorage(string field, double number, long integer, string? text)
    {
        var model = ModelOf(ReadSmall("  amount: {", $"  extra: {{ {field} }}\n  amount: {{")).Fields[2].Default!;
        Assert.Equal((number, integer), (model.Number, model.Integer));
        Assert.Equal(text, model.Text is null ? null : Encoding.UTF8.GetString(model.Text));
    }

    [Fact]
    public void Read_FallbackVersion_IsKept() =>
        Assert.Equal(
            new RouteModel(2, new FallbackModel(null, 1)), ModelOf(ReadSmallWith("route: { fallback: { version: 1 }, salt: x }", 1, 2)).Route);

    [Fact]
    public void Read_FieldInBackticks_IsKnownToExpressions()
    {
        var yaml = Small.Replace("  amount: {", "  card type: { type: string }\n  amount: {", StringComparison.Ordinal)
            .Replace("model:", "  - { name: gold, expr: \"`card type` == 'gold'\" }\nmodel:", StringComparison.Ordinal);
        Assert.Equal([2], Assert.IsType<ExpressionFeature>(ModelOf(Read(yaml)).Features[1]).Expression.Fields);
    }

    [Theory]
    [InlineData("", 2, 0)]
    [InlineData("route: { fallback: { value: 1 } }", 2, 0)]
    [InlineData("route: { champion: 2 }", 2, 2)]
    public void Read_Route_TellsWhetherTheFileNamesAChampion(string section, int champion, int written)
    {
        var model = ModelOf(ReadSmallWith(section, 1, 2));
        Assert.Equal((champion, written), (model.Route.Champion, model.WrittenRoute.Champion));
        Assert.Equal(model.Route.Fallback, model.WrittenRoute.Fallback);
    }
}
