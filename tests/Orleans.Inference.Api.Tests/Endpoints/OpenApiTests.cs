using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orleans.Inference.Api.Tests.Hosting;
using Orleans.Inference.Predictions;

namespace Orleans.Inference.Api.Tests.Endpoints;

public sealed partial class OpenApiTests : IAsyncLifetime
{
    private ApiHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ApiHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("/v1/pipelines/{pipeline}/predictions/{entity}", "get", "200,400,404,409,503", "entity,history,minOffset,pipeline,timeout")]
    [InlineData("/v1/pipelines/{pipeline}/predictions:batchGet", "post", "200,400,404,413", "pipeline")]
    [InlineData("/v1/pipelines/{pipeline}/stream", "get", "200,400,404", "entity,minScore,perSecond,pipeline")]
    [InlineData("/v1/pipelines/{pipeline}/score", "post", "200,400,404,413,422,429,503", "dryRun,durable,pipeline,version")]
    [InlineData("/v1/pipelines/{pipeline}/events", "post", "202,400,404,413,429,503", "pipeline,wait")]
    [InlineData("/v1/pipelines/{pipeline}/entities/{type}/{key}", "get", "200,400,404,503", "at,key,pipeline,type")]
    [InlineData("/v1/pipelines", "get", "200", "")]
    [InlineData("/v1/pipelines/{pipeline}", "get", "200,404", "pipeline")]
    [InlineData("/v1/pipelines/{pipeline}/route", "get", "200,404", "pipeline")]
    [InlineData("/v1/pipelines/{pipeline}/route", "put", "200,400,404,413,422,503", "pipeline")]
    [InlineData("/v1/models", "get", "200", "")]
    [InlineData("/health/live", "get", "200,503", "")]
    [InlineData("/health/ready", "get", "200,503", "")]
    [InlineData("/metrics", "get", "200", "")]
    public async Task OpenApi_EachCall_IsDescribedWithItsErrors(string path, string method, string statuses, string parameters)
    {
        var document = await _host.GetJsonAsync("/openapi/v1.json");
        var operation = document["paths"]![path]![method]!;
        Assert.False(string.IsNullOrEmpty((string?)operation["summary"]));
        Assert.False(string.IsNullOrEmpty((string?)operation["operationId"]));
        Assert.Equal(statuses, string.Join(',', operation["responses"]!.AsObject().Select(pair => pair.Key).Order(StringComparer.Ordinal)));
        var described = operation["parameters"]?.AsArray() ?? [];
        Assert.Equal(parameters, string.Join(',', described.Select(one => (string)one!["name"]!).Order(StringComparer.Ordinal)));
        Assert.All(described, one => Assert.False(string.IsNullOrEmpty((string?)one!["description"])));
        Assert.Equal(method is "post" or "put", operation["requestBody"] is not null);
        foreach (var (status, response) in operation["responses"]!.AsObject())
        {
            var types = response!["content"]!.AsObject().Select(pair => pair.Key);
            Assert.Equal(status[0] == '2', !types.Contains("application/problem+json"));
        }
    }

    [Fact]
    public async Task OpenApi_Document_IsSoundInItself()
    {
        var document = await _host.GetJsonAsync("/openapi/v1.json");
        Assert.StartsWith("3.", (string?)document["openapi"]);
        Assert.Equal("Orleans.Inference", (string?)document["info"]!["title"]);
        var schemas = document["components"]!["schemas"]!.AsObject();
        foreach (Match reference in Reference().Matches(document.ToJsonString()))
        {
            Assert.True(schemas.ContainsKey(reference.Groups[1].Value), reference.Value);
        }

        var ids = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()).Select(pair => (string?)pair.Value!["operationId"]).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.Equal(13, document["paths"]!.AsObject().Count);
    }

    [Theory]
    [InlineData("get", "/v1/pipelines/{pipeline}/predictions/{entity}", "/v1/pipelines/fraud/predictions/C1", null)]
    [InlineData("get", "/v1/pipelines/{pipeline}/predictions/{entity}", "/v1/pipelines/fraud/predictions/late", null)]
    [InlineData("get", "/v1/pipelines/{pipeline}/predictions/{entity}", "/v1/pipelines/fraud/predictions/nobody", null)]
    [InlineData("get", "/v1/pipelines/{pipeline}/predictions/{entity}", "/v1/pipelines/fraud/predictions/C1?history=0", null)]
    [InlineData("post", "/v1/pipelines/{pipeline}/predictions:batchGet", "/v1/pipelines/fraud/predictions:batchGet", """{"entities":["C1","nobody"]}""")]
    [InlineData("post", "/v1/pipelines/{pipeline}/score", "/v1/pipelines/fraud/score", """{"tx_time":"2026","customer_id":"C1","amount":-1}""")]
    [InlineData("post", "/v1/pipelines/{pipeline}/score", "/v1/pipelines/fraud/score?dryRun", """{"tx_time":"2026","customer_id":"C1","amount":1}""")]
    [InlineData("post", "/v1/pipelines/{pipeline}/events", "/v1/pipelines/fraud/events?wait", """[{"tx_time":"2026","customer_id":"C1","amount":1},1]""")]
    [InlineData("get", "/v1/pipelines/{pipeline}/entities/{type}/{key}", "/v1/pipelines/fraud/entities/customer/C1", null)]
    [InlineData("get", "/v1/pipelines", "/v1/pipelines", null)]
    [InlineData("get", "/v1/pipelines/{pipeline}", "/v1/pipelines/fraud", null)]
    [InlineData("get", "/v1/pipelines/{pipeline}/route", "/v1/pipelines/fraud/route", null)]
    [InlineData("put", "/v1/pipelines/{pipeline}/route", "/v1/pipelines/fraud/route", """{"champion":3,"fallback":{"value":0.5}}""")]
    [InlineData("put", "/v1/pipelines/{pipeline}/route", "/v1/pipelines/fraud/route", """{"champion":9}""")]
    [InlineData("put", "/v1/pipelines/{pipeline}/route", "/v1/pipelines/fraud/route", """{"canary":9}""")]
    [InlineData("get", "/v1/models", "/v1/models", null)]
    [InlineData("get", "/health/live", "/health/live", null)]
    [InlineData("get", "/health/ready", "/health/ready", null)]
    public async Task OpenApi_Schema_FitsWhatIsAnswered(string method, string path, string target, string? body)
    {
        _host.Engine.Add("C1", 0.5f);
        _host.Engine.Add("late", float.NaN, Outcome.Late, 0);
        var document = await _host.GetJsonAsync("/openapi/v1.json");
        using var response = body is null ? await _host.GetAsync(target) : method == "put" ? await _host.PutAsync(target, body) : await _host.PostAsync(target, body);
        var described = document["paths"]![path]![method]!["responses"]![((int)response.StatusCode).ToString()]!["content"]!;
        var schema = described[response.Content.Headers.ContentType!.MediaType!]!["schema"]!;
        SchemaAssert.Fits(document, schema, JsonNode.Parse(await response.Content.ReadAsStringAsync()), "$");
    }

    [GeneratedRegex("\"#/components/schemas/([^\"]+)\"")]
    private static partial Regex Reference();
}
