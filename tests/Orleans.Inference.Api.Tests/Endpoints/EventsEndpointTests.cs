using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Orleans.Inference.Api.Tests.Hosting;
using Orleans.Inference.Engines;

namespace Orleans.Inference.Api.Tests.Endpoints;

public sealed class EventsEndpointTests : IAsyncLifetime
{
    private const string Path = "/v1/pipelines/fraud/events";
    private const string Json = "application/json";
    private const string Lines = "application/x-ndjson";

    private ApiHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ApiHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData(Json, "[E,E]", 2)]
    [InlineData(Json, " \n[ E , E , E ]\r\n", 3)]
    [InlineData(Json, "\uFEFF[E]", 1)]
    [InlineData(Json, "[]", 0)]
    [InlineData(Json, "E\nE", 2)]
    [InlineData("text/plain", "E\r\n\r\n  E\n\n", 2)]
    [InlineData(Lines, "E\nE\n", 2)]
    [InlineData(Lines + "; charset=utf-8", "E", 1)]
    [InlineData(Lines, "", 0)]
    public async Task Events_ArrayOrLines_AreAccepted(string contentType, string body, int accepted)
    {
        var answer = await PostAsync(body.Replace("E", Event(1), StringComparison.Ordinal), contentType);
        Assert.Equal(accepted, (int?)answer["accepted"]);
        Assert.Empty(answer["rejected"]!.AsArray());
        Assert.Equal(Enumerable.Range(1, accepted), answer["positions"]!.AsArray().Select(position => (int)position!["offset"]!));
        Assert.False(answer.AsObject().ContainsKey("predictions"));
    }

    [Fact]
    public async Task Events_OneObjectOverSeveralLines_IsOneEvent()
    {
        var answer = await PostAsync(Event(1).Replace(",", ",\n  ", StringComparison.Ordinal), Json);
        Assert.Equal(1, (int?)answer["accepted"]);
    }

    [Theory]
    [InlineData(Json, "[E,B,[E],null,\"x\",E]", "1 amount,2 null,3 null,4 null", 2)]
    [InlineData(Lines, "E\nB\n{broken\n\nE", "1 amount,2 null", 2)]
    [InlineData(Json, "E\n{\"a\":\nE", "1 null", 2)]
    [InlineData(Lines, "[E]\nE", "0 null", 1)]
    public async Task Events_SomeBad_OnlyThoseAreRejected(string contentType, string body, string rejected, int accepted)
    {
        body = body.Replace("E", Event(1), StringComparison.Ordinal).Replace("B", Event(-1), StringComparison.Ordinal);
        var answer = await PostAsync(body, contentType);
        Assert.Equal(accepted, (int?)answer["accepted"]);
        Assert.Equal(
            rejected.Split(','),
            answer["rejected"]!.AsArray().Select(one => $"{one!["index"]} {(string?)one["field"] ?? "null"}"));
        Assert.All(answer["rejected"]!.AsArray(), one => Assert.False(string.IsNullOrEmpty((string?)one!["reason"])));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("[E")]
    [InlineData("[E,]")]
    [InlineData("[E E]")]
    [InlineData("[{\"a\":}]")]
    [InlineData("[E] x")]
    [InlineData("nonsense")]
    [InlineData("\"text\"")]
    [InlineData("\u001f\u008b")]
    public async Task Events_BrokenDocument_IsInvalidJsonAndNothingIsTaken(string body)
    {
        await ProblemAssert.IsAsync(
            await _host.PostAsync(Path, body.Replace("E", Event(1), StringComparison.Ordinal)), HttpStatusCode.BadRequest, "invalid_json");
        Assert.Empty(await _host.Engine.HistoryAsync("C1", 1, default));
    }

    [Fact]
    public async Task Events_DeeplyNestedElement_DoesNotFailTheOthers()
    {
        var nested = new string('[', 200) + new string(']', 200);
        var answer = await PostAsync($"[{nested},{Event(1)}]", Json);
        Assert.Equal(1, (int?)answer["accepted"]);
    }

    [Fact]
    public async Task Events_Wait_AnswersWithPredictionsInOrder()
    {
        using var response = await _host.PostAsync(Path + "?wait=true", $"[{Event(100)},{Event(-1)},{Event(300)}]");
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal([0.1, 0.3], answer["predictions"]!.AsArray().Select(prediction => (double)prediction!["score"]!));
    }

    [Theory]
    [InlineData(ReplyStatus.Overloaded, 429, "overloaded")]
    [InlineData(ReplyStatus.NotReady, 503, "not_ready")]
    public async Task Events_EngineDeclines_IsAProblem(ReplyStatus status, int http, string code)
    {
        _host.Engine.Status = status;
        var response = await _host.PostAsync(Path, $"[{Event(1)}]");
        Assert.NotNull(response.Headers.RetryAfter);
        await ProblemAssert.IsAsync(response, (HttpStatusCode)http, code);
    }

    [Fact]
    public async Task Events_ManyMegabytes_AreTaken()
    {
        var body = new StringBuilder();
        for (var i = 0; i < 50_000; i++)
        {
            body.Append(Event(i)).Append('\n');
        }

        var answer = await PostAsync(body.ToString(), Lines);
        Assert.Equal(50_000, (int?)answer["accepted"]);
    }

    [Fact]
    public async Task Events_MoreThan64Megabytes_AreTooLarge()
    {
        using var content = new ByteArrayContent(new byte[(64 * 1024 * 1024) + 1]);
        await ProblemAssert.IsAsync(await _host.Client.PostAsync(Path, content), HttpStatusCode.RequestEntityTooLarge, "too_large");
    }

    [Fact]
    public async Task Events_BadQueryOrPipeline_IsRefused()
    {
        await ProblemAssert.IsAsync(await _host.PostAsync(Path + "?wait=perhaps", "[]"), HttpStatusCode.BadRequest, "invalid_query");
        await ProblemAssert.IsAsync(await _host.PostAsync("/v1/pipelines/nope/events", "[]"), HttpStatusCode.NotFound, "unknown_pipeline");
    }

    private static string Event(double amount) =>
        $$"""{"transaction_id":"t","tx_time":"2026-01-01T00:00:00Z","customer_id":"C1","amount":{{amount}}}""";

    private async Task<JsonNode> PostAsync(string body, string contentType)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        using var response = await _host.Client.PostAsync(Path, content);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, $"{(int)response.StatusCode}: {text}");
        return JsonNode.Parse(text)!;
    }
}
