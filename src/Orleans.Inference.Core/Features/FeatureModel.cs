using Orleans.Inference.Aggregates;
using Orleans.Inference.Expressions;
using Orleans.Inference.Windows;

namespace Orleans.Inference.Features;

/// <summary>One named float32 column of the model's input; its column is its place in <see cref="Pipelines.PipelineModel.Features"/>.</summary>
public abstract record FeatureModel(string Name);

/// <summary>A field's own value (number, bool as 1/0, int, long). A missing value is <paramref name="Default"/>, or NaN without one.</summary>
public sealed record FieldFeature(string Name, int Field, float? Default = null) : FeatureModel(Name);

/// <summary>An expression over the event's fields.</summary>
public sealed record ExpressionFeature(string Name, CompiledExpression Expression) : FeatureModel(Name);

/// <summary>A fold over a window of one entity's events.</summary>
/// <param name="Name">The feature's name.</param>
/// <param name="Aggregate">The fold.</param>
/// <param name="Field">The folded field, or null for <c>count: "*"</c>, which counts every event.</param>
/// <param name="EntityType">Index into <see cref="Pipelines.PipelineModel.Entities"/>.</param>
/// <param name="Window">The span of event time.</param>
/// <param name="Where">Only events for which it holds are folded; null folds all.</param>
/// <param name="Default">Replaces the value of an empty window; null leaves the aggregate's own (count and sum 0, else NaN).</param>
public sealed record WindowFeature(
    string Name,
    AggregateKind Aggregate,
    int? Field,
    int EntityType,
    WindowModel Window,
    CompiledExpression? Where,
    float? Default) : FeatureModel(Name);
