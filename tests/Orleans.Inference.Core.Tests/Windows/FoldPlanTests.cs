using Orleans.Inference.Aggregates;

namespace Orleans.Inference.Windows;

public sealed class FoldPlanTests
{
    [Fact]
    public void Create_OfFeaturesThatDifferOnlyInTheirAggregate_SharesAFold()
    {
        var week = TestPipelines.Days(7);
        var pipeline = new WindowPipeline(
            WindowPipeline.Feature(AggregateKind.Sum, WindowPipeline.Amount, week),
            WindowPipeline.Feature(AggregateKind.Std, WindowPipeline.Amount, week),
            WindowPipeline.Feature(AggregateKind.Min, WindowPipeline.Amount, week),
            WindowPipeline.Feature(AggregateKind.Sum, WindowPipeline.Amount, week, WindowPipeline.WhereFlag),
            WindowPipeline.Feature(AggregateKind.Sum, WindowPipeline.Amount, TestPipelines.Days(7, 7)),
            WindowPipeline.Feature(AggregateKind.Count, null, TestPipelines.Window(null)));
        var plan = FoldPlan.Create(pipeline.Pipeline, 0);
        Assert.Equal(4, plan.Folds.Length);
        Assert.Equal(FoldNeeds.Sum | FoldNeeds.Squares | FoldNeeds.Minimum, plan.Folds[0].Needs);
        Assert.Equal(FoldNeeds.None, plan.Folds[3].Needs);
        Assert.Equal(FoldPlan.Never, plan.Folds[3].Leave);
        Assert.Equal([0, TimeSpan.TicksPerDay * 7, TimeSpan.TicksPerDay * 14], plan.Boundaries);
        Assert.Equal(TimeSpan.TicksPerDay * 14, plan.Reach);
        Assert.Single(plan.Values);
        Assert.Single(plan.Conditions);
        Assert.Equal([0, 0, 0, 1, 2, 3], plan.Reads.Select(read => read.Fold));
    }

    [Fact]
    public void Create_OfMoreThan64Conditions_SaysSo()
    {
        var features = Enumerable.Range(0, 65).Select(i => WindowPipeline.Feature(
            AggregateKind.Count, null, TestPipelines.Days(1), TestPipelines.Condition($"other > {i}", WindowPipeline.Other, value => value > i)));
        var thrown = Assert.Throws<InferenceException>(() => new WindowPipeline([.. features]));
        Assert.Contains("65 different where conditions; at most 64", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_Of64Conditions_TellsThemApart()
    {
        var features = Enumerable.Range(0, 64).Select(i => WindowPipeline.Feature(
            AggregateKind.Count, null, TestPipelines.Days(1), TestPipelines.Condition($"other > {i}", WindowPipeline.Other, value => value > i)));
        var windows = new WindowPipeline([.. features]);
        var row = windows.Apply(windows.CreateEntity(), new TestEvent(TimeSpan.TicksPerDay * 800_000, Other: 40));
        Assert.Equal(Enumerable.Range(0, 64).Select(i => i < 40 ? 1f : 0f), row);
    }
}
