using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Routing;

public sealed class RouteRevisionTests
{
    private const long Now = 42;

    [Fact]
    public void AtStart_NothingStored_IsTheFilesRoute() =>
        Assert.Equal(new RouteRevision(1, new RouteModel(2, null), Now, null, new RouteModel(0, null)), RouteRevision.AtStart(null, NamesNone(1, 2), Now));

    [Fact]
    public void AtStart_SameFile_IsTheStoredOne()
    {
        var stored = RouteRevision.AtStart(null, NamesOne(1), 1).Next(new RouteModel(2, null), "ann", 2);
        Assert.Same(stored, RouteRevision.AtStart(stored, NamesOne(1), Now));
    }

    [Fact]
    public void AtStart_AnotherRouteInTheFile_IsTheNext()
    {
        var stored = RouteRevision.AtStart(null, NamesOne(1), 1).Next(new RouteModel(2, null), "ann", 2);
        Assert.Equal(new RouteRevision(3, new RouteModel(3, null), Now, null, new RouteModel(3, null)), RouteRevision.AtStart(stored, NamesOne(3), Now));
    }

    [Fact]
    public void AtStart_FileThatNamesNoChampionAndANewVersion_IsTheNext()
    {
        var stored = RouteRevision.AtStart(null, NamesNone(1, 2), 1);
        var next = RouteRevision.AtStart(stored, NamesNone(1, 2, 3), Now);
        Assert.Equal((2, 3), (next.Number, next.Route.Champion));
        Assert.Same(next, RouteRevision.AtStart(next, NamesNone(1, 2, 3), Now));
    }

    /// <summary>Who went back to version 1 does not want version 3 at the next start; the file says what it said.</summary>
    [Fact]
    public void AtStart_FileThatNamesNoChampionAndACallersRoute_KeepsTheCallers()
    {
        var stored = RouteRevision.AtStart(null, NamesNone(1, 2), 1).Next(new RouteModel(1, null), "ann", 2);
        Assert.Same(stored, RouteRevision.AtStart(stored, NamesNone(1, 2, 3), Now));
    }

    [Fact]
    public void AtStart_FileThatNowNamesTheHighest_IsTheNextAfterACallers()
    {
        var stored = RouteRevision.AtStart(null, NamesNone(1, 2), 1).Next(new RouteModel(1, null), "ann", 2);
        Assert.Equal((3, 2), (RouteRevision.AtStart(stored, NamesOne(2), Now).Number, RouteRevision.AtStart(stored, NamesOne(2), Now).Route.Champion));
    }

    [Fact]
    public void Next_SameRoute_IsThisOne()
    {
        var first = RouteRevision.First(NamesOne(1));
        Assert.Same(first, first.Next(new RouteModel(1, null), "ann", Now));
        Assert.Equal((2, "ann", Now), (first.Next(new RouteModel(2, null), "ann", Now) is var next ? (next.Number, next.Author, next.ChangedAt) : default));
    }

    [Theory]
    [InlineData(null, 0, 2, "champion 2, no fallback")]
    [InlineData(0.5f, 0, 2, "champion 2, fallback 0.5")]
    [InlineData(null, 1, 2, "champion 2, fallback version 1")]
    public void Text_OfARoute_IsForAudits(float? value, int version, int champion, string text)
    {
        var fallback = value is null && version == 0 ? null : new FallbackModel(value, version == 0 ? null : version);
        Assert.Equal(text, new RouteModel(champion, fallback).ToString());
    }

    private static PipelineModel NamesOne(int champion) => TestPipelines.Fraud() with { Route = new(champion, null), WrittenRoute = new(champion, null) };

    private static PipelineModel NamesNone(params int[] versions) =>
        TestPipelines.Fraud() with { Route = new(versions.Max(), null), WrittenRoute = new(0, null) };
}
