using System.Net;
using Orleans.Inference.Api.Tests.Hosting;

namespace Orleans.Inference.Api.Tests.Endpoints;

public sealed class ProblemTests : IAsyncLifetime
{
    private ApiHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ApiHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("GET", "/v1")]
    [InlineData("GET", "/v1/nothing")]
    [InlineData("POST", "/v1/pipelines/fraud/rank")]
    [InlineData("POST", "/v1/pipelines/fraud/labels")]
    [InlineData("GET", "/v1/pipelines/fraud/events/t-1/trace")]
    [InlineData("PUT", "/v1/pipelines/fraud/rank")]
    [InlineData("GET", "/v1/models/fraud")]
    [InlineData("GET", "/v2/health/live")]
    [InlineData("POST", "/get-online-features")]
    [InlineData("GET", "/favicon.ico")]
    public async Task Route_NotThere_IsNotFound(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        await ProblemAssert.IsAsync(await _host.Client.SendAsync(request), HttpStatusCode.NotFound, "not_found");
    }

    [Theory]
    [InlineData("POST", "/v1/pipelines", "GET")]
    [InlineData("DELETE", "/v1/pipelines/fraud", "GET")]
    [InlineData("GET", "/v1/pipelines/fraud/score", "POST")]
    [InlineData("GET", "/v1/pipelines/fraud/predictions:batchGet", "POST")]
    [InlineData("PUT", "/v1/pipelines/fraud/predictions/C1", "GET")]
    public async Task Method_Wrong_IsNotAllowedAndSaysWhatIs(string method, string path, string allowed)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        var response = await _host.Client.SendAsync(request);
        Assert.Equal([allowed], response.Content.Headers.Allow);
        await ProblemAssert.IsAsync(response, HttpStatusCode.MethodNotAllowed, "method_not_allowed");
    }

    [Fact]
    public async Task Engine_Throws_IsAProblemAndNothingLeaks()
    {
        _host.Engine.Fault = new InvalidOperationException("secret");
        var problem = await ProblemAssert.IsAsync(
            await _host.GetAsync("/v1/pipelines/fraud/predictions/C1"), HttpStatusCode.InternalServerError, "internal");
        Assert.DoesNotContain("secret", problem.ToJsonString());
        _host.Engine.Fault = new InferenceException("The broker refused the record.");
        await ProblemAssert.IsAsync(await _host.GetAsync("/v1/pipelines/fraud/predictions/C1"), HttpStatusCode.ServiceUnavailable, "not_ready");
    }
}
