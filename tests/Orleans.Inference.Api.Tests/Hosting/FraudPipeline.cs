using Orleans.Inference.Aggregates;
using Orleans.Inference.Decisions;
using Orleans.Inference.Expressions;
using Orleans.Inference.Features;
using Orleans.Inference.Fields;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Routing;
using Orleans.Inference.Windows;

namespace Orleans.Inference.Api.Tests.Hosting;

/// <summary>A small pipeline as a reader would give it.</summary>
internal static class FraudPipeline
{
    public static PipelineModel Create(string name = "fraud") => new()
    {
        Name = name,
        Folder = "/models/" + name,
        Source = new SourceModel(
            "transactions", 0, 1, TimeSpan.FromHours(1), TimeSpan.FromHours(1), "transactions-dlq", "transactions-late", "inference-" + name),
        Fields =
        [
            new FieldModel { Name = "transaction_id", Index = 0, Type = FieldType.String },
            new FieldModel { Name = "tx_time", Index = 1, Type = FieldType.Timestamp },
            new FieldModel { Name = "customer_id", Index = 2, Type = FieldType.String },
            new FieldModel { Name = "amount", Index = 3, Type = FieldType.Double, Min = 0 },
            new FieldModel { Name = "fraud", Index = 4, Type = FieldType.Bool, Required = false, IsLabel = true },
        ],
        Entities = [new EntityTypeModel("customer", 0, [2]), new EntityTypeModel("terminal", 1, [2])],
        Features =
        [
            new FieldFeature("amount", 3),
            new ExpressionFeature("night", Expression("hour(tx_time) <= 6")),
            new WindowFeature(
                "customer_avg_7d", AggregateKind.Mean, 3, 0, new WindowModel(TimeSpan.TicksPerDay * 7, TimeSpan.TicksPerHour), null, 0),
        ],
        Model = new ModelBindingModel(null, "probabilities", 1, [1, 2, 3]),
        Route = new RouteModel(2, new FallbackModel(null, 1)),
        Decision = new DecisionModel([new DecisionRule("block", Expression("score >= 0.9"))], "approve"),
        Sink = new SinkModel(name + "-predictions", IncludeFeatures: true),
        StateFingerprint = "0123456789abcdef",
    };

    private static CompiledExpression Expression(string text) => new(text, ExpressionKind.Boolean, [], false, (_, _) => 0);
}
