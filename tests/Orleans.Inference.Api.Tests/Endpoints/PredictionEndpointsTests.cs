using System.Net;
using System.Text.Json.Nodes;
using Orleans.Inference.Api.Tests.Hosting;
using Orleans.Inference.Engines;

namespace Orleans.Inference.Api.Tests.Endpoints;

public sealed class PredictionEndpointsTests : IAsyncLifetime
{
    private ApiHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ApiHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Latest_KnownEntity_IsThePredictionOfTheContract()
    {
        _host.Engine.Add("C42", 0.1f);
        _host.Engine.Add("C42", 0.93f);
        using var response = await _host.GetAsync("/v1/pipelines/fraud/predictions/C42");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.NotNull(response.Content.Headers.ContentLength);
        Assert.Equal(
            """{"pipeline":"fraud","eventId":"t-2","entity":"C42","score":0.93,"decision":"block","model":"fraud","version":"2","variant":"champion","revision":7,"outcome":"scored","eventTime":"2026-01-01T00:00:00Z","scoredAt":"2026-01-01T00:00:00.002Z","latencyMs":2,"source":{"topic":"http","partition":0,"offset":2},"features":{"amount":930,"night":1,"customer_avg_7d":null}}""",
            await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Latest_UnknownPipelineOrEntity_IsNotFound()
    {
        await ProblemAssert.IsAsync(await _host.GetAsync("/v1/pipelines/nope/predictions/C1"), HttpStatusCode.NotFound, "unknown_pipeline");
        await ProblemAssert.IsAsync(await _host.GetAsync("/v1/pipelines/fraud/predictions/C1"), HttpStatusCode.NotFound, "unknown_entity");
        await ProblemAssert.IsAsync(await _host.GetAsync("/v1/pipelines/fraud/predictions/C1?history=3"), HttpStatusCode.NotFound, "unknown_entity");
    }

    [Fact]
    public async Task Latest_EngineStillRestoring_IsNotReadyUnlessKnown()
    {
        _host.Engine.Add("known", 0.5f);
        _host.Engine.Readiness = new EngineReadiness(false, "restoring state");
        var missing = await _host.GetAsync("/v1/pipelines/fraud/predictions/C1");
        Assert.NotNull(missing.Headers.RetryAfter);
        var problem = await ProblemAssert.IsAsync(missing, HttpStatusCode.ServiceUnavailable, "not_ready");
        Assert.Contains("restoring state", (string?)problem["detail"]);
        await _host.GetJsonAsync("/v1/pipelines/fraud/predictions/known");
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 3)]
    [InlineData(100, 100)]
    [InlineData(5000, 100)]
    public async Task History_N_IsTheLastNewestFirst(int asked, int answered)
    {
        for (var i = 0; i < 120; i++)
        {
            _host.Engine.Add("C42", i / 1000f);
        }

        var list = (await _host.GetJsonAsync($"/v1/pipelines/fraud/predictions/C42?history={asked}"))["predictions"]!.AsArray();
        Assert.Equal(Enumerable.Range(0, answered).Select(i => $"t-{120 - i}"), list.Select(prediction => (string?)prediction!["eventId"]));
    }

    [Theory]
    [InlineData("history=0")]
    [InlineData("history=-1")]
    [InlineData("history=many")]
    [InlineData("history=")]
    [InlineData("history=99999999999")]
    [InlineData("minOffset=3")]
    [InlineData("minOffset=a:1")]
    [InlineData("minOffset=1:-1")]
    [InlineData("minOffset=:1")]
    [InlineData("minOffset=0:1&timeout=5")]
    [InlineData("minOffset=0:1&timeout=61s")]
    [InlineData("minOffset=0:1&timeout=2m")]
    [InlineData("minOffset=0:1&timeout=s")]
    [InlineData("minOffset=0:1&timeout=99999999999s")]
    public async Task Query_NotWhatItShouldBe_IsInvalidQueryNamingIt(string query)
    {
        _host.Engine.Add("C42", 0.5f);
        _host.Engine.ScoredOffset = 10;
        var problem = await ProblemAssert.IsAsync(
            await _host.GetAsync("/v1/pipelines/fraud/predictions/C42?" + query), HttpStatusCode.BadRequest, "invalid_query");
        Assert.Contains(query.Split('&')[^1].Split('=')[0], (string?)problem["detail"]);
    }

    [Fact]
    public async Task MinOffset_PassedOrNot_IsAnsweredOrTimesOut()
    {
        _host.Engine.Add("C42", 0.5f);
        _host.Engine.ScoredOffset = 10;
        await _host.GetJsonAsync("/v1/pipelines/fraud/predictions/C42?minOffset=0:10");
        await _host.GetJsonAsync("/v1/pipelines/fraud/predictions/C42?minOffset=0:10&timeout=500ms&history=2");
        var problem = await ProblemAssert.IsAsync(
            await _host.GetAsync("/v1/pipelines/fraud/predictions/C42?minOffset=3:11&timeout=500ms"), HttpStatusCode.Conflict, "offset_timeout");
        Assert.Equal("Partition 3 had not passed offset 11 after 500ms.", (string?)problem["detail"]);
    }

    [Fact]
    public async Task BatchGet_KnownAndUnknown_IsPredictionOrNullByEntity()
    {
        _host.Engine.Add("C1", 0.25f);
        _host.Engine.Add("a/b\"<é", 0.5f);
        using var response = await _host.PostAsync(
            "/v1/pipelines/fraud/predictions:batchGet", """{"other":[1],"entities":["C1","a/b\"<é","nobody","C1",""]}""");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var predictions = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["predictions"]!.AsObject();
        Assert.Equal(["C1", "a/b\"<é", "nobody", ""], predictions.Select(pair => pair.Key));
        Assert.Equal(0.25, (double?)predictions["C1"]!["score"]);
        Assert.Equal("a/b\"<é", (string?)predictions["a/b\"<é"]!["entity"]);
        Assert.Null(predictions["nobody"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"entities":"C1"}""")]
    [InlineData("""{"entities":[1]}""")]
    [InlineData("""{"entities":["C1"]} x""")]
    [InlineData("""{"entities":["\ud800"]}""")]
    [InlineData("""{"entities":["C1"}""")]
    public async Task BatchGet_NotTheRequest_IsInvalidJson(string body) => await ProblemAssert.IsAsync(
        await _host.PostAsync("/v1/pipelines/fraud/predictions:batchGet", body), HttpStatusCode.BadRequest, "invalid_json");

    [Fact]
    public async Task BatchGet_ColonEscapedOrPipelineUnknown_IsRoutedAlike()
    {
        using var response = await _host.PostAsync("/v1/pipelines/fraud/predictions%3AbatchGet", """{"entities":[]}""");
        Assert.Equal("""{"predictions":{}}""", await response.Content.ReadAsStringAsync());
        await ProblemAssert.IsAsync(
            await _host.PostAsync("/v1/pipelines/nope/predictions:batchGet", "{}"), HttpStatusCode.NotFound, "unknown_pipeline");
    }
}
