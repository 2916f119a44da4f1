using System.Net;
using System.Text.Json.Nodes;
using Orleans.Inference.Api.Tests.Hosting;

namespace Orleans.Inference.Api.Tests.Endpoints;

public sealed class StreamEndpointTests
{
    private const string Path = "/v1/pipelines/fraud/stream";

    [Fact]
    public async Task Stream_Opened_CommentsAtOnceThenSendsPredictions()
    {
        await using var host = await ApiHost.StartAsync();
        using var stream = await OpenAsync(host, Path);
        Assert.Equal(": open", await LineAsync(stream));
        Assert.Equal("", await LineAsync(stream));
        host.Engine.Add("C1", 0.5f);
        Assert.Equal("event: prediction", await LineAsync(stream));
        var data = await LineAsync(stream);
        Assert.StartsWith("data: {", data);
        Assert.Equal("C1", (string?)JsonNode.Parse(data[6..])!["entity"]);
        Assert.Equal("", await LineAsync(stream));
    }

    [Fact]
    public async Task Stream_Headers_AreThoseOfAnEventStream()
    {
        await using var host = await ApiHost.StartAsync();
        using var response = await host.Client.GetAsync(Path, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        Assert.True(response.Headers.CacheControl?.NoCache);
    }

    [Theory]
    [InlineData("?entity=C1", "C1 0.2,C1 0.9")]
    [InlineData("?minScore=0.5", "C2 0.8,C1 0.9")]
    [InlineData("?entity=C1&minScore=0.5", "C1 0.9")]
    [InlineData("?entity=a%2Fb%2B", "a/b+ 0.1")]
    public async Task Stream_Filtered_SendsOnlyWhatMatches(string query, string expected)
    {
        await using var host = await ApiHost.StartAsync();
        using var stream = await OpenAsync(host, Path + query);
        await LineAsync(stream);
        foreach (var (entity, score) in new[] { ("C1", 0.2f), ("C2", 0.8f), ("a/b+", 0.1f), ("C3", float.NaN), ("C1", 0.9f) })
        {
            host.Engine.Add(entity, score);
        }

        foreach (var one in expected.Split(','))
        {
            var prediction = await PredictionAsync(stream);
            Assert.Equal(one, $"{prediction["entity"]} {prediction["score"]}");
        }
    }

    [Fact]
    public async Task Stream_PerSecond_LeavesOutWhatComesFaster()
    {
        var time = new ManualTime();
        await using var host = await ApiHost.StartAsync(time: time);
        using var stream = await OpenAsync(host, Path + "?perSecond=2");
        await LineAsync(stream);
        for (var i = 1; i <= 3; i++)
        {
            host.Engine.Add("C1", i / 10f);
            host.Engine.Add("C1", 0.9f);
            Assert.Equal($"0.{i}", (await PredictionAsync(stream))["score"]!.ToJsonString());
            time.Advance(TimeSpan.FromMilliseconds(500));
        }
    }

    [Fact]
    public async Task Stream_Quiet_CommentsEvery15Seconds()
    {
        var time = new ManualTime();
        await using var host = await ApiHost.StartAsync(time: time);
        using var stream = await OpenAsync(host, Path);
        await LineAsync(stream);
        await LineAsync(stream);
        for (var i = 0; i < 3; i++)
        {
            var line = LineAsync(stream);
            time.Advance(TimeSpan.FromSeconds(14));
            Assert.False(line.IsCompleted);
            time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(": still here", await line);
            Assert.Equal("", await LineAsync(stream));
        }
    }

    [Fact]
    public async Task Stream_ReaderTooSlow_IsToldAndDropped()
    {
        await using var host = await ApiHost.StartAsync(feedCapacity: 1);
        using var stream = await OpenAsync(host, Path);
        await LineAsync(stream);

        // More than the buffer, faster than any loop could take them.
        var told = false;
        for (var i = 0; i < 10_000; i++)
        {
            host.Engine.Add("C1", 0.5f);
        }

        while (await LineAsync(stream) is { } line)
        {
            if (line == "event: dropped")
            {
                told = true;
                var problem = JsonNode.Parse((await LineAsync(stream))[6..])!;
                Assert.Equal("too_slow", (string?)problem["code"]);
            }
        }

        Assert.True(told);
    }

    [Fact]
    public async Task Stream_HostStops_EndsWithoutBeingWaitedFor()
    {
        await using var host = await ApiHost.StartAsync();
        using var stream = await OpenAsync(host, Path);
        await LineAsync(stream);
        await LineAsync(stream);
        await host.StopAsync().WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Null(await LineAsync(stream));
    }

    [Fact]
    public async Task Stream_ReaderLeaves_DoesNotHarmOthers()
    {
        await using var host = await ApiHost.StartAsync();
        using (var left = await OpenAsync(host, Path))
        {
            await LineAsync(left);
        }

        using var stream = await OpenAsync(host, Path);
        await LineAsync(stream);
        host.Engine.Add("C1", 0.5f);
        Assert.Equal("C1", (string?)(await PredictionAsync(stream))["entity"]);
    }

    [Fact]
    public async Task Stream_BadQueryOrPipeline_IsAProblem()
    {
        await using var host = await ApiHost.StartAsync();
        await ProblemAssert.IsAsync(await host.GetAsync(Path + "?minScore=high"), HttpStatusCode.BadRequest, "invalid_query");
        await ProblemAssert.IsAsync(await host.GetAsync("/v1/pipelines/nope/stream"), HttpStatusCode.NotFound, "unknown_pipeline");
    }

    private static async Task<StreamReader> OpenAsync(ApiHost host, string path)
    {
        var response = await host.Client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        return new StreamReader(await response.Content.ReadAsStreamAsync());
    }

    private static async Task<string> LineAsync(StreamReader stream) =>
        (await stream.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20)))!;

    private static async Task<JsonNode> PredictionAsync(StreamReader stream)
    {
        while (true)
        {
            var line = await LineAsync(stream);
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                return JsonNode.Parse(line[6..])!;
            }
        }
    }
}
