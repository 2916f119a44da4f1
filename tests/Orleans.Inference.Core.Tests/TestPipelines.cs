using Orleans.Inference.Decisions;
using Orleans.Inference.Events;
using Orleans.Inference.Expressions;
using Orleans.Inference.Features;
using Orleans.Inference.Fields;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Routing;
using Orleans.Inference.Windows;

namespace Orleans.Inference;

/// <summary>Pipeline models made by hand, so that tests of the domain need no YAML.</summary>
internal static class TestPipelines
{
    /// <summary>A pipeline over these fields; the first is the id, the second the time. Indices are set here.</summary>
    public static PipelineModel Create(
        IReadOnlyList<FieldModel> fields,
        IReadOnlyList<(string Name, string[] KeyFields)> entities,
        IReadOnlyList<FeatureModel> features,
        DecisionModel? decision = null)
    {
        var indexed = fields.Select((field, index) => field with { Index = index }).ToList();
        return new PipelineModel
        {
            Name = "fraud",
            Folder = "/models/fraud",
            Source = new SourceModel(
                "transactions", 0, 1, TimeSpan.FromHours(1), TimeSpan.FromHours(1), "transactions-dlq", "transactions-late", "inference-fraud"),
            Fields = indexed,
            Entities =
            [
                .. entities.Select((entity, index) => new EntityTypeModel(
                    entity.Name, index, [.. entity.KeyFields.Select(name => indexed.FindIndex(field => field.Name == name))])),
            ],
            Features = features,
            Model = new ModelBindingModel(null, "probabilities", 1, [1, 2]),
            Route = new RouteModel(2, new FallbackModel(0.5f, null)),
            Decision = decision,
            Sink = new SinkModel("fraud-predictions", true),
            StateFingerprint = "0123456789abcdef",
        };
    }

    public static FieldModel Field(string name, FieldType type) => new() { Name = name, Index = 0, Type = type };

    public static FieldModel Optional(string name, FieldType type) => Field(name, type) with { Required = false };

    /// <summary>A number field: required, double.</summary>
    public static FieldModel Number(string name) => Field(name, FieldType.Double);

    /// <summary>A condition over one field's number; false when it is missing.</summary>
    public static CompiledExpression Condition(string text, int field, Func<double, bool> holds) =>
        new(text, ExpressionKind.Boolean, [field], UsesScore: false, (batch, row) => holds(batch.Columns[field].NumberAt(row)) ? 1 : 0);

    public static WindowModel Window(TimeSpan? span, TimeSpan delay = default) => new(span?.Ticks, delay.Ticks);

    public static WindowModel Days(int span, int delay = 0) => Window(TimeSpan.FromDays(span), TimeSpan.FromDays(delay));

    /// <summary>The pipeline of the contract's example, as far as this release goes.</summary>
    public static PipelineModel Fraud()
    {
        FieldModel[] fields =
        [
            Field("transaction_id", FieldType.String),
            Field("tx_time", FieldType.Timestamp),
            Field("customer_id", FieldType.String),
            Optional("terminal_id", FieldType.String),
            Number("amount") with { Min = 0 },
            Field("channel", FieldType.String) with { Enum = ["pos"u8.ToArray(), "online"u8.ToArray(), "atm"u8.ToArray()], Default = new FieldDefault(Text: "pos"u8.ToArray()) },
            Optional("fraud", FieldType.Bool) with { IsLabel = true },
        ];
        FeatureModel[] features =
        [
            new FieldFeature("amount", 4),
            new ExpressionFeature("double_amount", new CompiledExpression("amount * 2", ExpressionKind.Number, [4], false, DoubleAmount)),
            new WindowFeature("customer_tx_1d", Aggregates.AggregateKind.Count, null, 0, Days(1), null, null),
            new WindowFeature("customer_avg_7d", Aggregates.AggregateKind.Mean, 4, 0, Days(7), null, null),
            new WindowFeature("terminal_risk_7d", Aggregates.AggregateKind.Mean, 6, 1, Days(7, 7), null, 0),
        ];
        var decision = new DecisionModel(
            [
                new DecisionRule("block", ScoreAtLeast(0.9f)),
                new DecisionRule("review", ScoreAtLeast(0.6f)),
            ],
            "approve");
        return Create(fields, [("customer", ["customer_id"]), ("terminal", ["terminal_id"])], features, decision);
    }

    private static double DoubleAmount(EventBatch batch, int row) => batch.Columns[4].NumberAt(row) * 2;

    private static CompiledExpression ScoreAtLeast(float limit) =>
        new($"score >= {limit}", ExpressionKind.Boolean, [], UsesScore: true, (batch, row) => batch.Scores[row] >= limit ? 1 : 0);
}
