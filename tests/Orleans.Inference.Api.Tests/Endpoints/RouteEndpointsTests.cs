using System.Net;
using System.Text.Json.Nodes;
using Orleans.Inference.Api.Tests.Hosting;
using Orleans.Inference.Engines;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Api.Tests.Endpoints;

public sealed class RouteEndpointsTests : IAsyncLifetime
{
    private const string Route = "/v1/pipelines/fraud/route";

    private ApiHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ApiHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Get_FirstRoute_IsTheFiles() => Assert.Equal(
        """{"champion":2,"fallback":{"version":1},"revision":1,"changedAt":null,"author":null}""",
        (await _host.GetJsonAsync(Route)).ToJsonString());

    [Theory]
    [InlineData("""{"champion":3}""", """{"champion":3,"revision":2,""")]
    [InlineData("""{"champion":1,"fallback":{"value":0.25}}""", """{"champion":1,"fallback":{"value":0.25},"revision":2,""")]
    [InlineData("""{"champion":"1","fallback":{"version":3}}""", """{"champion":1,"fallback":{"version":3},"revision":2,""")]
    [InlineData("""{"champion":1,"fallback":null,"canary":null,"shadow":[],"salt":"s"}""", """{"champion":1,"revision":2,""")]
    [InlineData("""{"champion":1,"revision":7,"author":"x","changedAt":null}""", """{"champion":1,"revision":2,""")]
    [InlineData("""{"champion":2,"fallback":{"version":1}}""", """{"champion":2,"fallback":{"version":1},"revision":1,""")]
    public async Task Put_WholeRoute_IsAnsweredWithItsRevision(string body, string begin)
    {
        using var response = await _host.PutAsync(Route, body);
        var answer = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == HttpStatusCode.OK, answer);
        Assert.StartsWith(begin, answer);
        Assert.Equal(JsonNode.Parse(answer)!.ToJsonString(), (await _host.GetJsonAsync(Route)).ToJsonString());
    }

    [Fact]
    public async Task Put_WhatGetAnswers_ChangesNothing()
    {
        await _host.PutAsync(Route, """{"champion":1}""");
        var before = (await _host.GetJsonAsync(Route)).ToJsonString();
        using var response = await _host.PutAsync(Route, before);
        Assert.Equal(before, JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!.ToJsonString());
    }

    [Theory]
    [InlineData("{", HttpStatusCode.BadRequest, "invalid_json", "JSON")]
    [InlineData("""{"champion":1,"champion":2}""", HttpStatusCode.BadRequest, "invalid_json", "champion")]
    [InlineData("[1]", HttpStatusCode.UnprocessableEntity, "invalid_route", "a list")]
    [InlineData("{}", HttpStatusCode.UnprocessableEntity, "invalid_route", "`route.champion` is missing")]
    [InlineData("""{"champoin":1}""", HttpStatusCode.UnprocessableEntity, "invalid_route", "champion")]
    [InlineData("""{"champion":0}""", HttpStatusCode.UnprocessableEntity, "invalid_route", "a whole number from 1")]
    [InlineData("""{"champion":1.5}""", HttpStatusCode.UnprocessableEntity, "invalid_route", "a whole number from 1")]
    [InlineData("""{"champion":1,"fallback":{"version":1}}""", HttpStatusCode.UnprocessableEntity, "invalid_route", "is the champion")]
    [InlineData("""{"champion":1,"fallback":{}}""", HttpStatusCode.UnprocessableEntity, "invalid_route", "exactly one")]
    [InlineData("""{"champion":1,"fallback":{"value":1e39}}""", HttpStatusCode.UnprocessableEntity, "invalid_route", "float32")]
    [InlineData("""{"champion":1,"canary":{"version":3,"percent":10}}""", HttpStatusCode.UnprocessableEntity, "invalid_route", "canary: not yet")]
    [InlineData("""{"champion":1,"shadow":[3]}""", HttpStatusCode.UnprocessableEntity, "invalid_route", "shadow: not yet")]
    [InlineData("""{"champion":9}""", HttpStatusCode.NotFound, "unknown_version", "no version 9")]
    [InlineData("""{"champion":1,"fallback":{"version":9}}""", HttpStatusCode.NotFound, "unknown_version", "allowed: 1, 2, 3")]
    public async Task Put_WhatCannotServe_IsRefused(string body, HttpStatusCode status, string code, string said)
    {
        var problem = await ProblemAssert.IsAsync(await _host.PutAsync(Route, body), status, code);
        Assert.Contains(said, (string?)problem["detail"]);
        Assert.Equal(1, _host.Engine.Route.Number);
    }

    [Fact]
    public async Task Put_WhatTheEngineRefuses_IsAProblem()
    {
        _host.Engine.RouteRefusal = new RouteReply(RouteStatus.Invalid, Reason: "model.onnx takes 3 columns");
        var problem = await ProblemAssert.IsAsync(await _host.PutAsync(Route, """{"champion":1}"""), HttpStatusCode.UnprocessableEntity, "invalid_route");
        Assert.Equal("model.onnx takes 3 columns", (string?)problem["detail"]);
        _host.Engine.RouteRefusal = new RouteReply(RouteStatus.NotReady);
        _host.Engine.Readiness = new EngineReadiness(false, "starting");
        await ProblemAssert.IsAsync(await _host.PutAsync(Route, """{"champion":1}"""), HttpStatusCode.ServiceUnavailable, "not_ready");
    }

    [Fact]
    public async Task Route_OfUnknownPipeline_Is404()
    {
        await ProblemAssert.IsAsync(await _host.GetAsync("/v1/pipelines/nope/route"), HttpStatusCode.NotFound, "unknown_pipeline");
        await ProblemAssert.IsAsync(await _host.PutAsync("/v1/pipelines/nope/route", "{}"), HttpStatusCode.NotFound, "unknown_pipeline");
    }

    [Fact]
    public async Task Pipeline_AfterAChange_ShowsRouteAndVariants()
    {
        await _host.PutAsync(Route, """{"champion":3,"fallback":{"version":2}}""");
        var pipeline = await _host.GetJsonAsync("/v1/pipelines/fraud");
        Assert.Equal((await _host.GetJsonAsync(Route)).ToJsonString(), pipeline["route"]!.ToJsonString());
        Assert.Equal("local", (string?)pipeline["route"]!["author"]);
        Assert.Equal(
            ["1  available", "2 fallback serving", "3 champion serving"],
            pipeline["model"]!["versions"]!.AsArray().Select(version => $"{version!["version"]} {version["variant"]} {version["state"]}"));
    }
}
