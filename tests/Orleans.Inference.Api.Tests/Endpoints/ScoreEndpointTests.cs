using System.Net;
using System.Text.Json.Nodes;
using Orleans.Inference.Api.Tests.Hosting;
using Orleans.Inference.Engines;

namespace Orleans.Inference.Api.Tests.Endpoints;

public sealed class ScoreEndpointTests : IAsyncLifetime
{
    private const string Path = "/v1/pipelines/fraud/score";
    private const string Good = """{"transaction_id":"t-9","tx_time":"2026-01-01T00:00:00Z","customer_id":"C1","amount":500}""";

    private ApiHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ApiHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task Score_GoodEvent_IsItsPrediction(string contentType)
    {
        using var response = await _host.PostAsync(Path, Good, contentType);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var prediction = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal(0.5, (double?)prediction["score"]);
        Assert.Equal("C1", (string?)prediction["entity"]);
        Assert.Equal((Good, new ScoreOptions()), Assert.Single(_host.Engine.Asked));
    }

    [Theory]
    [InlineData("?dryRun=true", true, null, false)]
    [InlineData("?dryRun", true, null, false)]
    [InlineData("?dryRun=false&version=3", false, 3, false)]
    [InlineData("?durable=True&explain=false", false, null, true)]
    public async Task Score_Options_ReachTheEngine(string query, bool dryRun, int? version, bool durable)
    {
        using var response = await _host.PostAsync(Path + query, Good);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(new ScoreOptions(dryRun, version, durable), Assert.Single(_host.Engine.Asked).Options);
    }

    [Theory]
    [InlineData("?dryRun=yes", "dryRun")]
    [InlineData("?version=two", "version")]
    [InlineData("?version=0", "version")]
    [InlineData("?durable=1", "durable")]
    [InlineData("?explain=true", "explain")]
    public async Task Score_BadOption_IsRefusedByName(string query, string named)
    {
        var problem = await ProblemAssert.IsAsync(await _host.PostAsync(Path + query, Good), HttpStatusCode.BadRequest, "invalid_query");
        Assert.Contains($"'{named}'", (string?)problem["detail"]);
        Assert.Empty(_host.Engine.Asked);
    }

    [Fact]
    public async Task Score_LateEvent_IsAnsweredWithoutScore()
    {
        using var response = await _host.PostAsync(Path, Good.Replace("2026", "1999", StringComparison.Ordinal));
        var prediction = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("late", (string?)prediction["outcome"]);
        Assert.Null(prediction["score"]);
        Assert.Null(prediction["version"]);
        Assert.Null(prediction["variant"]);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("nonsense")]
    public async Task Score_BrokenJson_IsInvalidJson(string body) =>
        await ProblemAssert.IsAsync(await _host.PostAsync(Path, body), HttpStatusCode.BadRequest, "invalid_json");

    [Fact]
    public async Task Score_EventThatDoesNotFit_NamesFieldAndReason()
    {
        var problem = await ProblemAssert.IsAsync(
            await _host.PostAsync(Path, Good.Replace("500", "-5", StringComparison.Ordinal)), HttpStatusCode.UnprocessableEntity, "invalid_event");
        Assert.Equal("amount", (string?)problem["field"]);
        Assert.Equal("below the minimum", (string?)problem["reason"]);
        problem = await ProblemAssert.IsAsync(await _host.PostAsync(Path, "[1]"), HttpStatusCode.UnprocessableEntity, "invalid_event");
        Assert.Null(problem["field"]);
        Assert.True(problem.AsObject().ContainsKey("field"));
        Assert.Equal("not a JSON object", (string?)problem["reason"]);
    }

    [Theory]
    [InlineData(ReplyStatus.Overloaded, 429, "overloaded")]
    [InlineData(ReplyStatus.NotReady, 503, "not_ready")]
    [InlineData(ReplyStatus.UnknownVersion, 404, "unknown_version")]
    public async Task Score_EngineDeclines_IsAProblem(ReplyStatus status, int http, string code)
    {
        _host.Engine.Status = status;
        var response = await _host.PostAsync(Path + "?version=9", Good);
        Assert.Equal(http is 429 or 503, response.Headers.RetryAfter is not null);
        await ProblemAssert.IsAsync(response, (HttpStatusCode)http, code);
    }

    [Theory]
    [InlineData(1024 * 1024, false)]
    [InlineData((1024 * 1024) + 1, false)]
    [InlineData((1024 * 1024) + 1, true)]
    [InlineData(20_000_000, false)]
    public async Task Score_Body_IsTakenUpToOneMegabyte(int length, bool chunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new StringContent(Good.PadRight(length)) };
        request.Headers.TransferEncodingChunked = chunked;
        var response = await _host.Client.SendAsync(request);
        if (length <= 1024 * 1024)
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
        else
        {
            await ProblemAssert.IsAsync(response, HttpStatusCode.RequestEntityTooLarge, "too_large");
        }
    }

    [Fact]
    public async Task Score_UnknownPipeline_IsNotFound() =>
        await ProblemAssert.IsAsync(await _host.PostAsync("/v1/pipelines/nope/score", Good), HttpStatusCode.NotFound, "unknown_pipeline");
}
