using Orleans.Inference.Aggregates;
using Orleans.Inference.Entities;
using Orleans.Inference.Events;
using Orleans.Inference.Expressions;
using Orleans.Inference.Features;
using Orleans.Inference.Fields;
using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Windows;

/// <summary>One event of a test stream; NaN is a missing value.</summary>
internal readonly record struct TestEvent(long Time, double Amount = double.NaN, double Other = double.NaN, double Flag = double.NaN, double Label = double.NaN)
{
    public double ValueOf(int field) => field switch
    {
        WindowPipeline.Amount => Amount,
        WindowPipeline.Other => Other,
        WindowPipeline.Flag => Flag,
        _ => Label,
    };
}

/// <summary>A pipeline of one entity type with the fields that window tests fold, and a batch of one row to feed it event by event.</summary>
internal sealed class WindowPipeline
{
    public const int Amount = 3;
    public const int Other = 4;
    public const int Flag = 5;
    public const int Label = 6;

    private readonly EventBatch _batch;

    public WindowPipeline(params WindowFeature[] features)
    {
        Features = features;
        Pipeline = TestPipelines.Create(
            [
                TestPipelines.Field("id", FieldType.String),
                TestPipelines.Field("time", FieldType.Timestamp),
                TestPipelines.Field("key", FieldType.String),
                TestPipelines.Optional("amount", FieldType.Double),
                TestPipelines.Optional("other", FieldType.Double),
                TestPipelines.Optional("flag", FieldType.Bool),
                TestPipelines.Optional("label", FieldType.Bool) with { IsLabel = true },
            ],
            [("customer", ["key"])],
            features);
        Reader = new FeatureReader(Pipeline);
        _batch = new EventBatch(Pipeline, 1) { Count = 1 };
    }

    public IReadOnlyList<WindowFeature> Features { get; }

    public PipelineModel Pipeline { get; }

    public FeatureReader Reader { get; }

    /// <summary>The condition <c>flag</c>.</summary>
    public static CompiledExpression WhereFlag { get; } = TestPipelines.Condition("flag", Flag, value => value == 1);

    /// <summary>The condition <c>other &gt; 0</c>.</summary>
    public static CompiledExpression WherePositive { get; } = TestPipelines.Condition("other > 0", Other, value => value > 0);

    /// <summary>The condition <c>label</c>: a fold under it must not see the event's own.</summary>
    public static CompiledExpression WhereLabel { get; } = TestPipelines.Condition("label", Label, value => value == 1);

    public EntityState CreateEntity() => Reader.CreateTable(0).Create(1, "C1"u8);

    /// <summary>Applies the event and returns its features.</summary>
    public float[] Apply(EntityState entity, TestEvent item, long horizon = long.MinValue)
    {
        Fill(item, horizon);
        Reader.Apply(_batch, 0, 0, entity);
        return _batch.FeaturesOf(0).ToArray();
    }

    /// <summary>The event's features without applying it.</summary>
    public float[] Preview(EntityState entity, TestEvent item)
    {
        Fill(item, long.MinValue);
        Reader.Preview(_batch, 0, 0, entity);
        return _batch.FeaturesOf(0).ToArray();
    }

    public float[] ReadAt(EntityState entity, long time) => [.. Reader.ReadAt(0, entity, time).Select(pair => pair.Value)];

    /// <summary>A feature named by its parts.</summary>
    public static WindowFeature Feature(
        AggregateKind aggregate, int? field, WindowModel window, CompiledExpression? where = null, float? otherwise = null) =>
        new($"{aggregate} of {field} over {window.SpanTicks} delay {window.DelayTicks} where {where?.Text}", aggregate, field, 0, window, where, otherwise);

    private void Fill(TestEvent item, long horizon)
    {
        _batch.Horizon = horizon;
        _batch.EventTimes[0] = item.Time;
        for (var field = Amount; field <= Label; field++)
        {
            var value = item.ValueOf(field);
            _batch.Columns[field].Missing[0] = double.IsNaN(value);
            _batch.Columns[field].Numbers[0] = double.IsNaN(value) ? 0 : value;
        }

        // What the reader does not write must not look right by chance.
        _batch.FeaturesOf(0).Fill(-12345);
    }
}
