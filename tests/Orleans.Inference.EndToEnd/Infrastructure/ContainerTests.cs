using System.Net;
using System.Text;
using Orleans.Inference.EndToEnd.Infrastructure.Kustomize;
using Orleans.Inference.EndToEnd.Infrastructure.Yaml;
using Orleans.Inference.Models.Catalog;

namespace Orleans.Inference.EndToEnd.Infrastructure;

/// <summary>The pod of the one-node overlay, started for real.</summary>
[Collection(nameof(Processes))]
public sealed class ContainerTests
{
    private const string Event = """{"transaction_id":"t-1","tx_time":"2026-01-01T00:00:00Z","customer_id":"C1","terminal_id":"T1","amount":900}""";

    [Fact]
    public async Task OneNode_StartedAsItsManifestSays_ServesCallersByRoleAndStopsCleanly()
    {
        var workload = new Workload("one-node");
        var pipeline = PipelineFolder.Load(Path.Combine(Repository.Root, workload.PipelineFolder)).Model!;
        string[] topics = [pipeline.Source.Topic, pipeline.Source.DeadLetterTopic, pipeline.Source.LateTopic, pipeline.Sink.Topic];
        await using var broker = ProgramProcess.Start("broker", "--topics", string.Join(',', topics.Select(topic => $"{topic}:2")));
        await using var container = new ContainerProcess(workload, await broker.FirstLineAsync());
        using var nobody = await container.ClientAsync(key: null);
        using var score = await container.ClientAsync(KeyWith(workload, "score"));
        using var read = await container.ClientAsync(KeyWith(workload, "read"));

        await Bounds.UntilAsync(
            async () => await StatusAsync(nobody, workload.Container.Text("readinessProbe.httpGet.path")) == HttpStatusCode.OK,
            Bounds.Start,
            () => $"ready; it said: {container.Said}");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(nobody, "/health/live"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(nobody, "/metrics"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(read, "/metrics"));
        Assert.Equal(HttpStatusCode.Forbidden, await ScoreAsync(read));
        Assert.Equal(HttpStatusCode.OK, await ScoreAsync(score));

        Assert.Equal(0, await container.StopAsync());
        Assert.NotEmpty(container.State);
        Assert.Empty(container.Litter);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, string path)
    {
        using var response = await http.GetAsync(path, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private static async Task<HttpStatusCode> ScoreAsync(HttpClient http)
    {
        using var content = new StringContent(Event, Encoding.UTF8, "application/json");
        using var response = await http.PostAsync("/v1/pipelines/fraud/score?dryRun=true", content, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    /// <summary>The key whose role the manifest names.</summary>
    private static string KeyWith(Workload workload, string role) =>
        ContainerProcess.KeyOf(workload.Environment.Single(variable => variable.Key.EndsWith("__Role", StringComparison.Ordinal) && variable.Value == role).Key.Replace("__Role", "__Key"));
}
