using Orleans.Inference.Aggregates;
using Orleans.Inference.Expressions;
using Orleans.Inference.Features;
using Orleans.Inference.Fields;
using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Windows;

/// <summary>
/// What one entity type must keep and fold, worked out once from its window features: which values a row of the log holds, which boundaries move over the
/// log, and which folds they feed. Features that differ only in their aggregate share a fold.
/// </summary>
internal sealed class FoldPlan
{
    /// <summary>Index in <see cref="FoldModel.Leave"/> of a window that nothing leaves.</summary>
    public const int Never = -1;

    private FoldPlan(
        int entityType, FieldModel[] values, CompiledExpression[] conditions, long[] boundaries, FoldModel[] folds, FoldRead[] reads)
    {
        EntityType = entityType;
        Values = values;
        Conditions = conditions;
        Boundaries = boundaries;
        Folds = folds;
        Reads = reads;
        HasExtremes = folds.Any(fold => fold.Needs.HasFlag(FoldNeeds.Minimum) || fold.Needs.HasFlag(FoldNeeds.Maximum));
        Entering = [.. boundaries.Select((_, b) => Indices(folds, fold => fold.Enter == b))];
        Leaving = [.. boundaries.Select((_, b) => Indices(folds, fold => fold.Leave == b))];
    }

    public int EntityType { get; }

    /// <summary>The folded fields: value v of a row is field Values[v], NaN where missing.</summary>
    public FieldModel[] Values { get; }

    /// <summary>The distinct <c>where</c> conditions: bit c of a row's mask says whether Conditions[c] held.</summary>
    public CompiledExpression[] Conditions { get; }

    /// <summary>
    /// Distances before the current time, in ticks, ascending and starting with 0. The cursor of a boundary stands behind every row whose time is at most
    /// current time - distance, so a window (t - delay - span, t - delay] is what lies between two cursors.
    /// </summary>
    public long[] Boundaries { get; }

    public FoldModel[] Folds { get; }

    public FoldRead[] Reads { get; }

    public bool HasExtremes { get; }

    /// <summary>Per boundary, the folds that a row enters when the cursor passes it.</summary>
    public int[][] Entering { get; }

    /// <summary>Per boundary, the folds that a row leaves when the cursor passes it.</summary>
    public int[][] Leaving { get; }

    /// <summary>Longs in a row of the log: time, values, and a mask where there are conditions.</summary>
    public int WordCount => 1 + Values.Length + (Conditions.Length > 0 ? 1 : 0);

    /// <summary>Rows this far before every possible time are in no window to come.</summary>
    public long Reach => Boundaries[^1];

    public static FoldPlan Create(PipelineModel pipeline, int entityType)
    {
        var values = new List<FieldModel>();
        var conditions = new List<CompiledExpression>();
        var folds = new List<FoldModel>();
        var reads = new List<FoldRead>();
        var features = pipeline.Features.OfType<WindowFeature>().Where(feature => feature.EntityType == entityType).ToList();
        var boundaries = features
            .SelectMany(feature => new[] { feature.Window.DelayTicks, feature.Window.DelayTicks + (feature.Window.SpanTicks ?? 0) })
            .Append(0)
            .Distinct()
            .Order()
            .ToArray();
        for (var f = 0; f < pipeline.Features.Count; f++)
        {
            if (pipeline.Features[f] is not WindowFeature feature || feature.EntityType != entityType)
            {
                continue;
            }

            var value = feature.Field is { } field ? IndexOrAdd(values, pipeline.Fields[field], (a, b) => a.Index == b.Index) : Never;
            var condition = feature.Where is { } where ? IndexOrAdd(conditions, where, (a, b) => a.Text == b.Text) : Never;
            var window = feature.Window;
            var fold = new FoldModel
            {
                Enter = Array.IndexOf(boundaries, window.DelayTicks),
                Leave = window.SpanTicks is { } span ? Array.IndexOf(boundaries, window.DelayTicks + span) : Never,
                Value = value,
                Condition = condition,
                ReadsLabel = ReadsLabel(pipeline, feature),
            };
            var index = IndexOrAdd(folds, fold, (a, b) => a.SamePlace(b));
            folds[index] = folds[index] with { Needs = folds[index].Needs | NeedsOf(feature.Aggregate) };
            reads.Add(new FoldRead(f, index, feature.Aggregate, feature.Default ?? EmptyValue(feature.Aggregate)));
        }

        if (conditions.Count > 64)
        {
            throw new InferenceException($"Entity {pipeline.Entities[entityType].Name} has {conditions.Count} different where conditions; at most 64 are allowed.");
        }

        return new FoldPlan(entityType, [.. values], [.. conditions], boundaries, [.. folds], [.. reads]);
    }

    private static bool ReadsLabel(PipelineModel pipeline, WindowFeature feature) =>
        (feature.Field is { } field && pipeline.Fields[field].IsLabel)
        || (feature.Where is { } where && where.Fields.Any(index => pipeline.Fields[index].IsLabel));

    private static FoldNeeds NeedsOf(AggregateKind aggregate) => aggregate switch
    {
        AggregateKind.Count => FoldNeeds.None,
        AggregateKind.Sum or AggregateKind.Mean => FoldNeeds.Sum,
        AggregateKind.Var or AggregateKind.Std => FoldNeeds.Sum | FoldNeeds.Squares,
        AggregateKind.Min => FoldNeeds.Minimum,
        _ => FoldNeeds.Maximum,
    };

    private static float EmptyValue(AggregateKind aggregate) =>
        aggregate is AggregateKind.Count or AggregateKind.Sum ? 0 : float.NaN;

    private static int IndexOrAdd<T>(List<T> items, T item, Func<T, T, bool> same)
    {
        var index = items.FindIndex(other => same(other, item));
        if (index >= 0)
        {
            return index;
        }

        items.Add(item);
        return items.Count - 1;
    }

    private static int[] Indices(FoldModel[] folds, Func<FoldModel, bool> matches) =>
        [.. Enumerable.Range(0, folds.Length).Where(i => matches(folds[i]))];
}

/// <summary>What a fold must keep besides its count.</summary>
[Flags]
internal enum FoldNeeds
{
    None = 0,
    Sum = 1,
    Squares = 2,
    Minimum = 4,
    Maximum = 8,
}

/// <summary>One fold: rows between two boundaries, of one value, under one condition.</summary>
internal readonly record struct FoldModel
{
    /// <summary>Boundary at which a row enters.</summary>
    public required int Enter { get; init; }

    /// <summary>Boundary at which it leaves, or <see cref="FoldPlan.Never"/>.</summary>
    public required int Leave { get; init; }

    /// <summary>Index of the folded value, or <see cref="FoldPlan.Never"/> to count every row.</summary>
    public required int Value { get; init; }

    /// <summary>Index of the condition, or <see cref="FoldPlan.Never"/>.</summary>
    public required int Condition { get; init; }

    /// <summary>A row enters such a fold only after its own features have been read: an event's own label never enters its own features.</summary>
    public required bool ReadsLabel { get; init; }

    public FoldNeeds Needs { get; init; }

    public bool SamePlace(FoldModel other) =>
        Enter == other.Enter && Leave == other.Leave && Value == other.Value && Condition == other.Condition;
}

/// <summary>A feature read from a fold.</summary>
/// <param name="Feature">Column of the feature matrix.</param>
/// <param name="Fold">Index of the fold.</param>
/// <param name="Aggregate">What to read of it.</param>
/// <param name="Empty">The value of an empty window.</param>
internal readonly record struct FoldRead(int Feature, int Fold, AggregateKind Aggregate, float Empty);
