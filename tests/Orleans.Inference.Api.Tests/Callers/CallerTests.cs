using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Orleans.Inference.Api.Callers;
using Orleans.Inference.Api.Tests.Hosting;

namespace Orleans.Inference.Api.Tests.Callers;

/// <summary>Who may call what once there are keys, over real sockets.</summary>
public sealed class CallerTests : IAsyncLifetime
{
    private const string Reader = "reader-0123456789abcdef";
    private const string Scorer = "scorer-0123456789abcdef";
    private const string Admin = "admin-0123456789abcdef";
    private const string Event = """{"tx_time":"2026-01-01","customer_id":"C1","amount":1}""";

    private ApiHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        var keys = new CallerKeys(
            [new CallerKey(Reader, CallerRole.Read, "monitor"), new CallerKey(Scorer, CallerRole.Score, "shop"), new CallerKey(Admin, CallerRole.Admin, "ops")]);
        _host = await ApiHost.StartAsync(engine => engine.Add("C1", 0.5f), keys: keys);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/")]
    [InlineData("/dashboard.js")]
    [InlineData("/calls.js")]
    public async Task OpenPath_WithoutKey_IsAnswered(string path)
    {
        using var response = await _host.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("GET", "/v1/pipelines")]
    [InlineData("GET", "/v1/pipelines/nope")]
    [InlineData("GET", "/v1/pipelines/fraud/stream")]
    [InlineData("POST", "/v1/pipelines/fraud/score")]
    [InlineData("DELETE", "/v1/pipelines/fraud/score")]
    [InlineData("GET", "/metrics")]
    [InlineData("GET", "/openapi/v1.json")]
    [InlineData("GET", "/nowhere")]
    public async Task AnyOtherPath_WithoutKey_IsUnauthorized(string method, string path)
    {
        var response = await SendAsync(method, path, header: null, value: "");
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().ToString());
        await ProblemAssert.IsAsync(response, HttpStatusCode.Unauthorized, "unauthorized");
        Assert.Empty(_host.Engine.Asked);
    }

    [Theory]
    [InlineData("Authorization", "Bearer reader-0123456789abcdeF")]
    [InlineData("X-Api-Key", "reader-0123456789abcde")]
    public async Task UnknownKey_IsUnauthorized(string header, string value)
    {
        var response = await SendAsync("GET", "/v1/pipelines", header, value);
        Assert.Contains("invalid_token", response.Headers.WwwAuthenticate.Single().ToString());
        await ProblemAssert.IsAsync(response, HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Theory]
    [InlineData("Authorization", "Basic cmVhZGVyLTAxMjM0NTY3ODlhYmNkZWY=")]
    [InlineData("Authorization", "Bearer ")]
    [InlineData("X-Api-Key", "")]
    public async Task OtherCredentials_AreNoKey(string header, string value) =>
        await ProblemAssert.IsAsync(await SendAsync("GET", "/v1/pipelines", header, value), HttpStatusCode.Unauthorized, "unauthorized");

    [Theory]
    [InlineData("Authorization", "Bearer " + Reader)]
    [InlineData("Authorization", "bearer " + Admin)]
    [InlineData("X-Api-Key", Scorer)]
    public async Task KnownKey_InEitherHeader_IsTaken(string header, string value)
    {
        using var response = await SendAsync("GET", "/v1/pipelines", header, value);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("GET", "/v1/models", "", 200, 200, 200)]
    [InlineData("GET", "/metrics", "", 200, 200, 200)]
    [InlineData("GET", "/openapi/v1.json", "", 200, 200, 200)]
    [InlineData("GET", "/v1/pipelines/fraud/predictions/C1", "", 200, 200, 200)]
    [InlineData("GET", "/v1/pipelines/fraud/entities/customer/C1", "", 200, 200, 200)]
    [InlineData("POST", "/v1/pipelines/fraud/predictions:batchGet", """{"entities":["C1"]}""", 200, 200, 200)]
    [InlineData("POST", "/v1/pipelines/fraud/score", Event, 403, 200, 200)]
    [InlineData("POST", "/v1/pipelines/fraud/events", "[" + Event + "]", 403, 202, 202)]
    [InlineData("GET", "/v1/pipelines/fraud/route", "", 200, 200, 200)]
    [InlineData("PUT", "/v1/pipelines/fraud/route", """{"champion":1}""", 403, 403, 200)]
    [InlineData("GET", "/nowhere", "", 404, 404, 404)]
    public async Task Roles_MayDoWhatTheyMay(string method, string path, string body, int read, int score, int admin)
    {
        var statuses = new List<int>();
        foreach (var key in new[] { Reader, Scorer, Admin })
        {
            var response = await SendAsync(method, path, "Authorization", "Bearer " + key, body);
            statuses.Add((int)response.StatusCode);
            if (response.StatusCode == HttpStatusCode.Forbidden)
            {
                var problem = await ProblemAssert.IsAsync(response, HttpStatusCode.Forbidden, "forbidden");
                Assert.Matches("'(score|admin)'", (string)problem["detail"]!);
            }
        }

        Assert.Equal([read, score, admin], statuses);
    }

    [Fact]
    public async Task Stream_WithKey_IsOpened()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/pipelines/fraud/stream");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Reader);
        using var response = await _host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task OpenApi_WithKeys_SaysWhichCallsNeedOne()
    {
        using var response = await SendAsync("GET", "/openapi/v1.json", "X-Api-Key", Reader);
        var document = System.Text.Json.Nodes.JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal("bearer", (string?)document["components"]!["securitySchemes"]!["bearer"]!["scheme"]);
        Assert.Equal("X-Api-Key", (string?)document["components"]!["securitySchemes"]!["header"]!["name"]);
        var score = document["paths"]!["/v1/pipelines/{pipeline}/score"]!["post"]!;
        Assert.Equal("""[{"bearer":[]},{"header":[]}]""", score["security"]!.ToJsonString());
        Assert.Contains("score", (string?)score["responses"]!["403"]!["description"]);
        Assert.NotNull(score["responses"]!["401"]!["content"]!["application/problem+json"]!["schema"]);
        Assert.Null(document["paths"]!["/health/live"]!["get"]!["security"]);
        Assert.Null(document["paths"]!["/health/live"]!["get"]!["responses"]!["401"]);
    }

    private Task<HttpResponseMessage> SendAsync(string method, string path, string? header, string value, string body = "")
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (header is not null)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(header, value));
        }

        if (body.Length > 0)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        return _host.Client.SendAsync(request, HttpCompletionOption.ResponseContentRead, TestContext.Current.CancellationToken);
    }
}
