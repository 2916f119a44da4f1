using Orleans.Inference.Aggregates;
using Orleans.Inference.Features;

namespace Orleans.Inference.Windows;

/// <summary>
/// Windows as the contract words them: plain loops over every event that has arrived, nothing kept between two reads, exact arithmetic rounded once.
/// </summary>
internal static class WindowOracle
{
    /// <summary>A feature of the event at <paramref name="own"/> in order of arrival.</summary>
    public static float Read(IReadOnlyList<TestEvent> arrived, int own, WindowFeature feature) =>
        Fold(arrived.Take(own + 1), arrived[own].Time, feature, own);

    /// <summary>A feature at a moment, over every event that has arrived.</summary>
    public static float ReadAt(IReadOnlyList<TestEvent> arrived, long time, WindowFeature feature) => Fold(arrived, time, feature, own: -1);

    /// <summary>Whether the fast value is right: the same bits, or for var and std the neighbouring float, as two correct roundings may differ by.</summary>
    public static bool Agrees(WindowFeature feature, float expected, float actual) =>
        expected.Equals(actual) && float.IsNegative(expected) == float.IsNegative(actual)
        || (feature.Aggregate is AggregateKind.Var or AggregateKind.Std
            && Math.Abs(BitConverter.SingleToInt32Bits(expected) - (long)BitConverter.SingleToInt32Bits(actual)) <= 1);

    private static float Fold(IEnumerable<TestEvent> events, long time, WindowFeature feature, int own)
    {
        var values = new List<double>();
        var index = 0;
        foreach (var item in events)
        {
            if (IsInside(item.Time, time, feature.Window) && !(index == own && ReadsLabel(feature)) && Holds(item, feature))
            {
                var value = feature.Field is { } field ? item.ValueOf(field) : 1;
                if (!double.IsNaN(value))
                {
                    values.Add(value);
                }
            }

            index++;
        }

        if (values.Count == 0)
        {
            return feature.Default ?? (feature.Aggregate is AggregateKind.Count or AggregateKind.Sum ? 0 : float.NaN);
        }

        return (float)(feature.Aggregate switch
        {
            AggregateKind.Count => values.Count,
            AggregateKind.Sum => ExactRational.Sum(values),
            AggregateKind.Mean => ExactRational.Sum(values) / values.Count,
            AggregateKind.Min => values.Min() + 0.0,
            AggregateKind.Max => values.Max() + 0.0,
            AggregateKind.Var => ExactRational.Variance(values),
            _ => Math.Sqrt(ExactRational.Variance(values)),
        });
    }

    // (t - delay - span, t - delay]
    private static bool IsInside(long eventTime, long time, WindowModel window) =>
        eventTime <= time - window.DelayTicks && (window.SpanTicks is not { } span || eventTime > time - window.DelayTicks - span);

    private static bool ReadsLabel(WindowFeature feature) =>
        feature.Field == WindowPipeline.Label || feature.Where == WindowPipeline.WhereLabel;

    private static bool Holds(TestEvent item, WindowFeature feature) =>
        feature.Where is not { } where
        || (where == WindowPipeline.WhereFlag ? item.Flag == 1 : where == WindowPipeline.WhereLabel ? item.Label == 1 : item.Other > 0);
}
