using System.Net;
using Orleans.Inference.Api.Tests.Hosting;
using Orleans.Inference.Engines;

namespace Orleans.Inference.Api.Tests.Endpoints;

public sealed class EntityEndpointTests : IAsyncLifetime
{
    private const string Path = "/v1/pipelines/fraud/entities/customer/";

    private ApiHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await ApiHost.StartAsync();
        _host.Engine.Add("C1", 0.5f);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Entity_Known_IsItsFeatures() => Assert.Equal(
        """{"type":"customer","key":"C1","features":{"customer_avg_7d":1.5,"customer_var":null},"updatedAt":"2026-01-01T00:00:00Z","asOf":"2026-01-01T00:00:00Z"}""",
        (await _host.GetJsonAsync(Path + "C1")).ToJsonString());

    [Theory]
    [InlineData("2026-03-04T05:06:07Z", "2026-03-04T05:06:07Z")]
    [InlineData("2026-03-04T05:06:07", "2026-03-04T05:06:07Z")]
    [InlineData("2026-03-04%2005:06:07.1234567", "2026-03-04T05:06:07.1234567Z")]
    [InlineData("2026-03-04T05:06:07.5%2B02:00", "2026-03-04T03:06:07.5Z")]
    public async Task Entity_At_IsAsOfThatTime(string at, string asOf) =>
        Assert.Equal(asOf, (string?)(await _host.GetJsonAsync($"{Path}C1?at={at}"))["asOf"]);

    [Theory]
    [InlineData("yesterday")]
    [InlineData("")]
    [InlineData("2026-13-01T00:00:00Z")]
    [InlineData("1969-01-01T00:00:00Z")]
    [InlineData("2200-01-01T00:00:00Z")]
    [InlineData("1767225600")]
    public async Task Entity_AtNoTime_IsInvalidQuery(string at) =>
        await ProblemAssert.IsAsync(await _host.GetAsync($"{Path}C1?at={at}"), HttpStatusCode.BadRequest, "invalid_query");

    [Fact]
    public async Task Entity_UnknownPipelineTypeOrKey_IsNotFound()
    {
        await ProblemAssert.IsAsync(await _host.GetAsync(Path + "C9"), HttpStatusCode.NotFound, "unknown_entity");
        await ProblemAssert.IsAsync(await _host.GetAsync("/v1/pipelines/fraud/entities/shop/C1"), HttpStatusCode.NotFound, "unknown_entity");
        await ProblemAssert.IsAsync(await _host.GetAsync("/v1/pipelines/nope/entities/customer/C1"), HttpStatusCode.NotFound, "unknown_pipeline");
        _host.Engine.Readiness = new EngineReadiness(false, "restoring state");
        await ProblemAssert.IsAsync(await _host.GetAsync(Path + "C9"), HttpStatusCode.ServiceUnavailable, "not_ready");
    }
}
