using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Net.Http.Json;
using Orleans.Inference.Silo.Tests.Membership;
using Orleans.Inference.Testing;

namespace Orleans.Inference.Silo.Tests.Programs;

/// <summary>Silos as processes, with membership and state in a real PostgreSQL.</summary>
[Collection(PostgreSqlTests.Name)]
public sealed class PostgreSqlClusterTests(PostgreSqlServer server, ITestOutputHelper output)
{
    // As Orleans numbers them.
    private const int Active = 3;
    private const int Dead = 6;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TwoSilos_StartedAtOnce_SeeEachOther_AndAKilledOneIsDeclaredDead()
    {
        var database = await server.CreateDatabaseAsync();
        var silos = await Task.WhenAll(StartAsync(database), StartAsync(database));
        await using var survivor = silos[0];
        await using var victim = silos[1];
        await Task.WhenAll(silos.Select(silo => silo.WaitForReadinessAsync(HttpStatusCode.OK)));

        Assert.Equal(2L, await database.AskAsync($"SELECT count(*) FROM inference_silo WHERE status = {Active}"));
        foreach (var silo in silos)
        {
            var counters = await silo.Http.GetFromJsonAsync<JsonElement>("/orleans/DashboardCounters", Cancellation);
            Assert.Equal(2, counters.GetProperty("hosts").GetArrayLength());
        }

        victim.Kill();
        var killed = Stopwatch.GetTimestamp();
        await WaitForAsync(database, victim, Dead);
        var elapsed = Stopwatch.GetElapsedTime(killed);
        output.WriteLine($"declared dead after {elapsed.TotalSeconds:F1} s");
        Assert.InRange(elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(12));
        await survivor.WaitForReadinessAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Silo_ToldToStop_LeavesTheClusterByItself_AndStateIsThereForTheNext()
    {
        var database = await server.CreateDatabaseAsync();
        await using (var silo = await StartAsync(database))
        {
            await silo.WaitForReadinessAsync(HttpStatusCode.OK);
            Assert.Equal("1", await ScoreAsync(silo, "t-1"));
            Assert.Equal("2", await ScoreAsync(silo, "t-2"));
            silo.Signal(SiloProcess.Terminate);
            Assert.Equal(0, await silo.ExitAsync());
            await WaitForAsync(database, silo, Dead);
        }

        await using var next = await StartAsync(database);
        await next.WaitForReadinessAsync(HttpStatusCode.OK);
        Assert.Equal("3", await ScoreAsync(next, "t-3"));
    }

    private static Task<SiloProcess> StartAsync(string database) => SiloProcess.StartAsync(
        ("Clustering:Provider", "adonet"), ("Clustering:ConnectionString", database), ("Clustering:AdvertisedAddress", "127.0.0.1"), ("Clustering:LeaveDelay", "1s"),
        ("Storage:Provider", "adonet"), ("Storage:ConnectionString", database));

    /// <summary>Scores a payment of one customer; answers how many the customer has made.</summary>
    private static async Task<string> ScoreAsync(SiloProcess silo, string id)
    {
        var answer = await silo.Http.PostAsJsonAsync(
            "/v1/pipelines/fraud/score",
            new { transaction_id = id, tx_time = "2026-01-01T00:00:00Z", customer_id = "C1", terminal_id = "T1", amount = 12.5, channel = "pos" },
            Cancellation);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync(Cancellation)}; the silo said: {silo.Said}");
        var prediction = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        return prediction.GetProperty("features").GetProperty("customer_tx_30d").GetRawText();
    }

    /// <summary>Waits, for half a minute at most, until the membership has the silo in a status.</summary>
    private static async Task WaitForAsync(string database, SiloProcess silo, int status)
    {
        var since = Stopwatch.GetTimestamp();
        while (await database.AskAsync($"SELECT status FROM inference_silo WHERE port = {silo.SiloPort}") is not int found || found != status)
        {
            Assert.True(Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(30), $"awaited in vain: status {status} of the silo on port {silo.SiloPort}; it said: {silo.Said}");
            await Task.Delay(50, Cancellation);
        }
    }
}
