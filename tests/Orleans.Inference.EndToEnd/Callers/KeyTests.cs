using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Orleans.Inference.EndToEnd.Callers;

/// <summary>The program with keys: who may do what, who is in the audit, and what it refuses at start.</summary>
[Collection(nameof(Processes))]
public sealed class KeyTests
{
    private const string Scorer = "scorer-0123456789abcdef";
    private const string Admin = "admin-0123456789abcdef";

    private static readonly Dictionary<string, string> Keys = new()
    {
        ["Auth__Keys__0__Key"] = Scorer,
        ["Auth__Keys__0__Role"] = "score",
        ["Auth__Keys__1__Key"] = Admin,
        ["Auth__Keys__1__Role"] = "admin",
        ["Auth__Keys__1__Name"] = "ann of ops",
    };

    [Fact]
    public async Task Route_SetByAKeysHolder_IsAuditedAndOutlivesAKill()
    {
        using var files = PaymentPipeline.Create("keys");
        await using (var engine = RunningEngine.Start(Keys, files, kafka: null))
        {
            await engine.ReadyAsync();
            using var nobody = await engine.PostAsync("score", Shutdown.RefusedStartTests.Payment("e0"));
            Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);

            engine.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Scorer);
            using var scored = await engine.PostAsync("score", Shutdown.RefusedStartTests.Payment("e1"));
            Assert.Equal(HttpStatusCode.OK, scored.StatusCode);
            using var forbidden = await PutRouteAsync(engine, 0.25);
            Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);

            engine.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Admin);
            using var set = await PutRouteAsync(engine, 0.25);
            Assert.Equal(HttpStatusCode.OK, set.StatusCode);
            await Bounds.UntilAsync(
                () => Task.FromResult(engine.Process.Said.Contains(
                    "route revision 2 by ann of ops: from champion 1, no fallback to champion 1, fallback 0.25", StringComparison.Ordinal)),
                Bounds.Start,
                () => $"the audit: {engine.Process.Said}");
            Assert.DoesNotContain("0123456789", engine.Process.Said, StringComparison.Ordinal);
            await engine.Process.KillAsync();
        }

        await using var restarted = RunningEngine.Start(Keys, files, kafka: null);
        await restarted.ReadyAsync();
        restarted.Http.DefaultRequestHeaders.Add("X-Api-Key", Scorer);
        using var route = await restarted.GetAsync("route");
        Assert.Equal((2, "ann of ops"), (route!.RootElement.GetProperty("revision").GetInt32(), route.RootElement.GetProperty("author").GetString()));
        using var answer = await restarted.PostAsync("score", Shutdown.RefusedStartTests.Payment("e2"));
        Assert.Equal(2, (int?)JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["revision"]);
    }

    [Fact]
    public async Task Run_WithWrongKeys_ExitsTwoWithEveryProblem()
    {
        using var files = PaymentPipeline.Create("wrongkeys");
        var settings = new Dictionary<string, string> { ["Auth__Keys__0__Key"] = "short", ["Auth__Keys__1__Key"] = Scorer, ["Auth__Keys__1__Role"] = "root" };
        await using var process = ProgramProcess.Start(
            settings, "run", files.Folder, "--state", files.State, "--no-kafka", "--urls", "http://127.0.0.1:0");
        Assert.Equal(2, await process.ExitAsync());
        Assert.Contains("Auth:Keys:0:Key has 5 characters", process.Said, StringComparison.Ordinal);
        Assert.Contains("Auth:Keys:0:Role is empty", process.Said, StringComparison.Ordinal);
        Assert.Contains("Auth:Keys:1:Role is none of the roles", process.Said, StringComparison.Ordinal);
    }

    private static Task<HttpResponseMessage> PutRouteAsync(RunningEngine engine, double fallback) => engine.Http.PutAsync(
        "/v1/pipelines/keys/route",
        new StringContent($$"""{ "champion": 1, "fallback": { "value": {{fallback}} } }""", Encoding.UTF8, "application/json"),
        TestContext.Current.CancellationToken);
}
