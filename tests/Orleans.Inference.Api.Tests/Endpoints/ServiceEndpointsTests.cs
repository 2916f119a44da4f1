using System.Net;
using System.Text.RegularExpressions;
using Orleans.Inference.Api.Tests.Hosting;
using Orleans.Inference.Engines;

namespace Orleans.Inference.Api.Tests.Endpoints;

public sealed partial class ServiceEndpointsTests : IAsyncLifetime
{
    private ApiHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ApiHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Pipeline_Known_ShowsDefinitionVersionsAndFigures()
    {
        _host.Engine.Figures = new EngineFigures
        {
            Scored = 10,
            Late = 1,
            EventsPerSecond = 12.34567,
            LatencyP50Ms = 1.5,
            EntitiesActive = new Dictionary<string, long> { ["customer"] = 5 },
            ConsumerLag = new Dictionary<int, long> { [3] = 7 },
        };
        var pipeline = await _host.GetJsonAsync("/v1/pipelines/fraud");
        Assert.Equal("fraud", (string?)pipeline["name"]);
        Assert.Equal("""{"type":"customer","primary":true,"key":["customer_id"]}""", pipeline["entities"]![0]!.ToJsonString());
        Assert.Equal(
            """{"name":"customer_avg_7d","mean":"amount","by":"customer","window":"7d","delay":"1h","default":0}""", pipeline["features"]![2]!.ToJsonString());
        Assert.Equal(
            ["1 fallback serving", "2 champion serving", "3  available"],
            pipeline["model"]!["versions"]!.AsArray().Select(version => $"{version!["version"]} {version["variant"]} {version["state"]}"));
        Assert.Equal(10, (int?)pipeline["figures"]!["events"]!["scored"]);
        Assert.Equal(12.346, (double?)pipeline["figures"]!["eventsPerSecond"]);
        Assert.Null(pipeline["figures"]!["latencyP99Ms"]);
        Assert.Equal(7, (int?)pipeline["figures"]!["consumerLag"]!["3"]);
    }

    [Fact]
    public async Task Pipelines_All_AreListedByName()
    {
        var list = (await _host.GetJsonAsync("/v1/pipelines"))["pipelines"]!.AsArray();
        Assert.Equal(["fraud", "maintenance"], list.Select(pipeline => (string?)pipeline!["name"]));
        Assert.Equal((await _host.GetJsonAsync("/v1/pipelines/fraud")).ToJsonString(), list[0]!.ToJsonString());
        await ProblemAssert.IsAsync(await _host.GetAsync("/v1/pipelines/nope"), HttpStatusCode.NotFound, "unknown_pipeline");
    }

    [Fact]
    public async Task Models_NotReady_AreLoading()
    {
        _host.Engine.Readiness = new EngineReadiness(false, "loading");
        var model = (await _host.GetJsonAsync("/v1/models"))["models"]![0]!;
        Assert.Equal("fraud", (string?)model["name"]);
        Assert.False((bool?)model["ready"]);
        Assert.Equal("loading", (string?)model["versions"]![1]!["state"]);
    }

    [Fact]
    public async Task Health_EngineNotReadyOrStopped_SaysWhichAndWhy()
    {
        await _host.GetJsonAsync("/health/live");
        await _host.GetJsonAsync("/health/ready");
        _host.Engine.Readiness = new EngineReadiness(false, "waiting for the broker");
        var problem = await ProblemAssert.IsAsync(await _host.GetAsync("/health/ready"), HttpStatusCode.ServiceUnavailable, "not_ready");
        Assert.Equal("Not ready: fraud: waiting for the broker", (string?)problem["detail"]);
        await _host.GetJsonAsync("/health/live");
        _host.Engine.Fail(new InferenceException("disk full"));
        problem = await ProblemAssert.IsAsync(await _host.GetAsync("/health/live"), HttpStatusCode.ServiceUnavailable, "not_ready");
        Assert.Contains("disk full", (string?)problem["detail"]);
    }

    [Theory]
    [InlineData("/", "text/html")]
    [InlineData("/dashboard.css", "text/css")]
    [InlineData("/dashboard.js", "text/javascript")]
    public async Task Page_Files_AreServedUnderAPolicy(string path, string type)
    {
        using var response = await _host.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'", policy);
        Assert.DoesNotContain("unsafe", policy);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        using var again = new HttpRequestMessage(HttpMethod.Get, path);
        again.Headers.IfNoneMatch.Add(response.Headers.ETag!);
        using var unchanged = await _host.Client.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
    }

    [Fact]
    public async Task Page_Text_NeedsNothingFromElsewhere()
    {
        var page = await (await _host.GetAsync("/")).Content.ReadAsStringAsync();
        Assert.DoesNotMatch(@"(src|href)\s*=\s*[""'](https?:)?//", page);
        Assert.DoesNotContain(" style=", page);
        Assert.DoesNotMatch(@"\son\w+=", page);
        foreach (Match file in LocalFile().Matches(page))
        {
            using var response = await _host.GetAsync(file.Groups[1].Value);
            Assert.True(response.StatusCode == HttpStatusCode.OK, file.Value);
        }
    }

    [GeneratedRegex("(?:src|href)=\"(/[^\"]*)\"")]
    private static partial Regex LocalFile();
}
