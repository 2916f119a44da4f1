using Orleans.Inference.Aggregates;
using Orleans.Inference.Features;

namespace Orleans.Inference.Windows;

public sealed class EntityWindowsTimelineTests
{
    private static readonly long Start = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

    private static readonly WindowFeature Week = Sum(TestPipelines.Days(7));
    private static readonly WindowFeature DelayedWeek = Sum(TestPipelines.Days(7, 7));

    [Fact]
    public void Window_OfSevenDays_IsOpenAtItsStartAndClosedAtItsEnd()
    {
        //   day    0     1 tick later                    7
        //          (-----------------------------------] t
        //          1     2                               4      sum = 2 + 4: the row at t - 7d is outside, the event itself inside
        AssertSum(6, Week, (0, 1), (1, 2), (Days(7), 4));
    }

    [Fact]
    public void Window_WithDelay_IsShiftedBackByIt()
    {
        //   day    0    +1 tick            7    +1 tick           14
        //          (-----------------------]                      t      (t - 14d, t - 7d]
        //          1    2                  4    8                 16     sum = 2 + 4
        AssertSum(6, DelayedWeek, (0, 1), (1, 2), (Days(7), 4), (Days(7) + 1, 8), (Days(14), 16));
    }

    [Fact]
    public void Window_WithEqualTimes_HoldsThoseThatArrivedBefore()
    {
        //   t, t, t in order of arrival: the second sees two, the first saw one
        var windows = new WindowPipeline(Week);
        var entity = windows.CreateEntity();
        Assert.Equal([1f, 3f, 7f], new[] { 1d, 2, 4 }.Select(amount => windows.Apply(entity, new TestEvent(Start, amount))[0]));
    }

    [Fact]
    public void Window_OfAnOvertakenEvent_IsReadAsOfItsOwnTime()
    {
        //   day    0        3          5         arrival: 0, 5, then 3
        //          1        4          2         the one of day 3 sees day 0 and itself, not day 5; the next one sees all
        var windows = new WindowPipeline(Week);
        var entity = windows.CreateEntity();
        windows.Apply(entity, At(0, 1));
        windows.Apply(entity, At(Days(5), 2));
        Assert.Equal(5, windows.Apply(entity, At(Days(3), 4))[0]);
        Assert.Equal(15, windows.Apply(entity, At(Days(5), 8))[0]);
    }

    [Fact]
    public void Window_OfAnOvertakenEventOnTheBoundary_LeavesItOut()
    {
        //   day    0        2          7         9         arrival: 0, 9, then 7
        //          1                   4         2
        //          (-----------------] t = 7: day 0 is outside
        //                   (------------------] t = 9: day 7 is inside
        var windows = new WindowPipeline(Week);
        var entity = windows.CreateEntity();
        windows.Apply(entity, At(0, 1));
        windows.Apply(entity, At(Days(9), 2));
        Assert.Equal(4, windows.Apply(entity, At(Days(7), 4))[0]);
        Assert.Equal(14, windows.Apply(entity, At(Days(9), 8))[0]);
    }

    [Fact]
    public void LabelFold_OfAnEvent_DoesNotSeeItsOwnLabel()
    {
        //   three frauds at the same moment: each sees those that arrived before it
        var windows = new WindowPipeline(
            WindowPipeline.Feature(AggregateKind.Sum, WindowPipeline.Label, TestPipelines.Days(7)),
            WindowPipeline.Feature(AggregateKind.Max, WindowPipeline.Label, TestPipelines.Window(null), otherwise: -1),
            WindowPipeline.Feature(AggregateKind.Count, null, TestPipelines.Days(7), WindowPipeline.WhereLabel),
            WindowPipeline.Feature(AggregateKind.Count, null, TestPipelines.Days(7)));
        var entity = windows.CreateEntity();
        var fraud = new TestEvent(Start, 1, Label: 1);
        Assert.Equal([0, -1, 0, 1], windows.Apply(entity, fraud));
        Assert.Equal([1, 1, 1, 2], windows.Apply(entity, fraud));
        Assert.Equal([2, 1, 2, 3], windows.Apply(entity, fraud));

        // Overtaken by a day: the labels of those later ones are not in its window, nor is its own.
        Assert.Equal([0, -1, 0, 1], windows.Apply(entity, fraud with { Time = Start - Days(1) }));
    }

    [Fact]
    public void LabelFold_WithDelay_CountsFromTheDelayOn()
    {
        //   day    0            7          7 + 1 tick
        //          fraud        (t-7d = 0 is inside, closed end)
        var windows = new WindowPipeline(WindowPipeline.Feature(AggregateKind.Mean, WindowPipeline.Label, TestPipelines.Days(7, 7), otherwise: 0.5f));
        var entity = windows.CreateEntity();
        Assert.Equal(0.5f, windows.Apply(entity, new TestEvent(Start, Label: 1))[0]);
        Assert.Equal(0.5f, windows.Apply(entity, new TestEvent(Start + Days(7) - 1, Label: 0))[0]);
        Assert.Equal(1, windows.Apply(entity, new TestEvent(Start + Days(7), Label: 0))[0]);
        Assert.Equal(0, windows.Apply(entity, new TestEvent(Start + Days(14), Label: 0))[0]);
    }

    [Fact]
    public void EmptyWindow_WithoutDefault_IsZeroForCountAndSumElseMissing()
    {
        var windows = new WindowPipeline(
            [.. Enum.GetValues<AggregateKind>().Select(aggregate => WindowPipeline.Feature(aggregate, WindowPipeline.Amount, TestPipelines.Days(1)))]);
        var row = windows.Apply(windows.CreateEntity(), new TestEvent(Start));
        Assert.Equal([0, 0, float.NaN, float.NaN, float.NaN, float.NaN, float.NaN], row);
    }

    [Fact]
    public void OneValue_HasNoSpread()
    {
        var windows = new WindowPipeline(
            WindowPipeline.Feature(AggregateKind.Var, WindowPipeline.Amount, TestPipelines.Days(1)),
            WindowPipeline.Feature(AggregateKind.Std, WindowPipeline.Amount, TestPipelines.Days(1)));
        Assert.Equal([0f, 0f], windows.Apply(windows.CreateEntity(), At(0, 12.34)));
    }

    [Fact]
    public void Forever_AfterTrimming_KeepsSumsAndExtremesOfRowsItHasDropped()
    {
        var forever = TestPipelines.Window(null);
        var windows = new WindowPipeline(
            WindowPipeline.Feature(AggregateKind.Sum, WindowPipeline.Amount, forever),
            WindowPipeline.Feature(AggregateKind.Min, WindowPipeline.Amount, forever),
            WindowPipeline.Feature(AggregateKind.Max, WindowPipeline.Amount, forever),
            WindowPipeline.Feature(AggregateKind.Std, WindowPipeline.Amount, forever));
        var entity = windows.CreateEntity();
        windows.Apply(entity, At(0, 100), Start);
        windows.Apply(entity, At(1, -100), Start + 1);
        var row = windows.Apply(entity, At(Days(400), 0), Start + Days(400));
        Assert.True(entity.Windows.RowCount <= 1, $"{entity.Windows.RowCount} rows kept");
        Assert.Equal([0, -100, 100, (float)Math.Sqrt(20000 / 3d)], row);
    }

    [Fact]
    public void Trim_DropsARowExactlyWhenNoWindowCanNeedIt()
    {
        //   horizon h: an event at h has (h - 14d, h - 7d], so a row at h - 14d can go and one a tick later must stay
        var windows = new WindowPipeline(DelayedWeek);
        var entity = windows.CreateEntity();
        windows.Apply(entity, At(0, 1));
        windows.Apply(entity, At(1, 2));
        windows.Apply(entity, At(Days(20), 4), Start + Days(14) - 1);
        Assert.Equal(3, entity.Windows.RowCount);
        windows.Apply(entity, At(Days(20), 8), Start + Days(14));
        Assert.Equal(3, entity.Windows.RowCount);
        Assert.Equal(2, windows.Apply(entity, At(Days(14), 16), Start + Days(14))[0]);
    }

    [Fact]
    public void Windows_WithASpikeThatLeft_HaveNoTraceOfIt()
    {
        // Values near 1e9 with a spread of 1, a spike of 1e15 every thousand events; a window of 100 events.
        const int Seed = 3;
        var random = new Random(Seed);
        var window = TestPipelines.Window(TimeSpan.FromSeconds(100));
        var windows = new WindowPipeline(
            WindowPipeline.Feature(AggregateKind.Mean, WindowPipeline.Amount, window),
            WindowPipeline.Feature(AggregateKind.Var, WindowPipeline.Amount, window),
            WindowPipeline.Feature(AggregateKind.Std, WindowPipeline.Amount, window));
        var entity = windows.CreateEntity();
        var ring = new double[100];
        var row = Array.Empty<float>();
        for (var i = 0; i < 50_200; i++)
        {
            ring[i % 100] = i % 1000 == 17 && i < 50_000 ? 1e15 : 1e9 + random.NextDouble();
            var time = Start + (i * TimeSpan.TicksPerSecond);
            row = windows.Apply(entity, new TestEvent(time, ring[i % 100]), time);
        }

        var variance = ExactRational.Variance(ring);
        Assert.Equal([(float)ExactRational.Mean(ring), (float)variance, (float)Math.Sqrt(variance)], row);
    }

    private static void AssertSum(float expected, WindowFeature feature, params (long Ticks, double Amount)[] events)
    {
        var windows = new WindowPipeline(feature);
        var entity = windows.CreateEntity();
        var last = 0f;
        foreach (var (ticks, amount) in events)
        {
            last = windows.Apply(entity, At(ticks, amount))[0];
        }

        Assert.Equal(expected, last);
    }

    private static WindowFeature Sum(WindowModel window) => WindowPipeline.Feature(AggregateKind.Sum, WindowPipeline.Amount, window);

    private static TestEvent At(long ticks, double amount) => new(Start + ticks, amount);

    private static long Days(int days) => days * TimeSpan.TicksPerDay;
}
