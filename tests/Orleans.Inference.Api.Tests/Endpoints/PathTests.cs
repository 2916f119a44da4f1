using Orleans.Inference.Api.Tests.Hosting;
using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Api.Tests.Endpoints;

public sealed class PathTests
{
    [Theory]
    [InlineData("C42", "C42")]
    [InlineData("a%2Fb", "a/b")]
    [InlineData("a%2fb", "a/b")]
    [InlineData("a%252Fb", "a%2Fb")]
    [InlineData("a%25b", "a%b")]
    [InlineData("%2525", "%25")]
    [InlineData("a%20b", "a b")]
    [InlineData("a+b", "a+b")]
    [InlineData("%C3%A9%F0%9F%98%80", "é😀")]
    [InlineData("%41%3A%42", "A:B")]
    [InlineData("a:b", "a:b")]
    [InlineData("%2E%2E", "..")]
    [InlineData("a%3Fb%23c", "a?b#c")]
    [InlineData("100%", "100%")]
    [InlineData("%zz%4", "%zz%4")]
    [InlineData("%22%3Cscript%3E", "\"<script>")]
    public async Task Entity_Escaped_IsDecodedOnce(string segment, string entity)
    {
        await using var host = await ApiHost.StartAsync();
        host.Engine.Add(entity, 0.5f);
        var answer = await host.GetRawAsync("/v1/pipelines/fraud/predictions/" + segment);
        Assert.StartsWith("HTTP/1.1 200", answer);
        answer = await host.GetRawAsync($"/v1/pipelines/fraud/entities/customer/{segment}?at=2026-01-01T00:00:00Z");
        Assert.StartsWith("HTTP/1.1 200", answer);
    }

    [Fact]
    public async Task Entity_ThatLooksLikeAnotherWhenDecodedTwice_IsNotMistakenForIt()
    {
        await using var host = await ApiHost.StartAsync();
        host.Engine.Add("a/b", 0.5f);
        Assert.StartsWith("HTTP/1.1 404", await host.GetRawAsync("/v1/pipelines/fraud/predictions/a%252Fb"));
        Assert.StartsWith("HTTP/1.1 404", await host.GetRawAsync("/v1/pipelines/fraud/predictions/a/b"));
    }

    [Theory]
    [InlineData("/v1/pipelines/fraud/predictions/%FF", "unknown_entity")]
    [InlineData("/v1/pipelines/fraud/predictions/%C3", "unknown_entity")]
    [InlineData("/v1/pipelines/fraud/predictions/%ED%A0%80", "unknown_entity")]
    [InlineData("/v1/pipelines/fraud/entities/customer/%FF", "unknown_entity")]
    [InlineData("/v1/pipelines/fraud/entities/%FF/C1", "unknown_entity")]
    [InlineData("/v1/pipelines/%FF/predictions/C1", "unknown_pipeline")]
    [InlineData("/v1/pipelines/fraud/predictions/", "not_found")]
    [InlineData("/v1/%2e%2e/health/live", "not_found")]
    public async Task Path_NotUtf8OrWithoutPart_IsAProblem(string target, string code)
    {
        await using var host = await ApiHost.StartAsync();
        var answer = await host.GetRawAsync(target);
        Assert.StartsWith("HTTP/1.1 404", answer);
        Assert.Contains($"\"code\":\"{code}\"", answer);
    }

    [Theory]
    [InlineData("/v1/pipelines/fraud/predictions/%00")]
    [InlineData("/v1/pipelines/fraud/predictions/\u00e9")]
    [InlineData("/v1/pipelines/fraud/predictions/%")]
    public async Task Path_Strange_IsNeverAServerError(string target)
    {
        await using var host = await ApiHost.StartAsync();
        var answer = await host.GetRawAsync(target);
        Assert.StartsWith("HTTP/1.1 4", answer);
    }

    [Fact]
    public async Task Target_AbsoluteUri_IsRouted()
    {
        await using var host = await ApiHost.StartAsync();
        host.Engine.Add("a/b", 0.5f);
        Assert.StartsWith("HTTP/1.1 200", await host.GetRawAsync("http://localhost/v1/pipelines/fraud/predictions/a%2Fb?history=1"));
    }

    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("30s", 30_000)]
    [InlineData("5m", 300_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("7d", 604_800_000)]
    public void Duration_AllUnits_ReadsAndShowsAlike(string text, long milliseconds)
    {
        Assert.True(DurationText.TryParse(text, out var duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
        Assert.Equal(text, DurationText.Format(duration));
    }
}
