using System.Diagnostics;
using System.Net;
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
            await silo.WaitForDashboardAsync(2);
        }

        await victim.Process.KillAsync();
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
            Assert.Equal("1", await silo.ScoreAsync("t-1"));
            Assert.Equal("2", await silo.ScoreAsync("t-2"));
            silo.Process.Signal(ChildProcess.Terminate);
            Assert.Equal(0, await silo.Process.ExitAsync());
            await WaitForAsync(database, silo, Dead);
        }

        await using var next = await StartAsync(database);
        await next.WaitForReadinessAsync(HttpStatusCode.OK);
        Assert.Equal("3", await next.ScoreAsync("t-3"));
    }

    private static Task<SiloProcess> StartAsync(string database) => SiloProcess.StartAsync(
        ("Clustering:Provider", "adonet"), ("Clustering:ConnectionString", database), ("Clustering:AdvertisedAddress", "127.0.0.1"), ("Clustering:LeaveDelay", "1s"),
        ("Storage:Provider", "adonet"), ("Storage:ConnectionString", database));

    /// <summary>Waits until the membership has the silo in a status.</summary>
    private static Task WaitForAsync(string database, SiloProcess silo, int status) => Awaited.UntilAsync(
        async () => await database.AskAsync($"SELECT status FROM inference_silo WHERE port = {silo.SiloPort}") is int found && found == status ? null : "another",
        () => $"status {status} of the silo on port {silo.SiloPort}; it said: {silo.Said}");
}
