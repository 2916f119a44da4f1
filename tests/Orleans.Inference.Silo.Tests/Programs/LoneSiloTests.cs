using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace Orleans.Inference.Silo.Tests.Programs;

public sealed class LoneSiloTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Silo_WithoutSettings_ServesTheApiAndTheDashboard_AndLeavesCleanly()
    {
        await using var silo = await SiloProcess.StartAsync();
        await silo.WaitForReadinessAsync(HttpStatusCode.OK);

        var answer = await silo.Http.PostAsJsonAsync(
            "/v1/pipelines/fraud/score",
            new { transaction_id = "t-1", tx_time = "2026-01-01T00:00:00Z", customer_id = "C1", terminal_id = "T1", amount = 12.5, channel = "pos" },
            Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("scored", (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("outcome").GetString());

        Assert.Contains("Orleans Dashboard", await silo.Http.GetStringAsync("/orleans", Cancellation));
        var counters = await silo.Http.GetFromJsonAsync<JsonElement>("/orleans/DashboardCounters", Cancellation);
        Assert.Equal(1, counters.GetProperty("hosts").GetArrayLength());
        Assert.Contains("inference", await silo.Http.GetStringAsync("/", Cancellation), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("/orleans", await silo.Http.GetStringAsync("/openapi/v1.json", Cancellation));

        var told = Stopwatch.GetTimestamp();
        silo.Signal(SiloProcess.Terminate);
        Assert.Equal(0, await silo.ExitAsync());
        Assert.InRange(Stopwatch.GetElapsedTime(told), TimeSpan.Zero, TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task Silo_ToldToStop_IsNotReadyWhileItStillServes()
    {
        await using var silo = await SiloProcess.StartAsync(("Clustering:LeaveDelay", "3s"));
        await silo.WaitForReadinessAsync(HttpStatusCode.OK);

        silo.Signal(SiloProcess.Terminate);

        await silo.WaitForReadinessAsync(HttpStatusCode.ServiceUnavailable);
        Assert.Contains("leaving", await (await silo.Http.GetAsync("/health/ready", Cancellation)).Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(HttpStatusCode.OK, (await silo.Http.GetAsync("/health/live", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await silo.Http.GetAsync("/v1/pipelines/fraud", Cancellation)).StatusCode);
        Assert.Equal(0, await silo.ExitAsync());
    }

    [Fact]
    public async Task Settings_Wrong_EndTheProgramWithEveryProblem()
    {
        var (code, said) = await SiloProcess.RunAsync(("Clustering:Provider", "adnoet"), ("Storage:Provider", "adonet"));

        Assert.Equal(2, code);
        Assert.Equal(
            "Clustering:Provider: 'adnoet': localhost, adonet, azure, kubernetes are allowed\n"
            + "Storage:ConnectionString: is missing; Host=HOST;Port=5432;Database=NAME;Username=USER;Password=PASSWORD is allowed",
            said);
    }

    [Fact]
    public async Task Port_InUse_EndsTheProgramNamingTheSetting()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;

        var (code, said) = await SiloProcess.RunAsync(("Clustering:SiloPort", $"{port}"));

        Assert.Equal(2, code);
        Assert.StartsWith($"Clustering:SiloPort: {port}: cannot listen on 127.0.0.1:{port}: ", said);
        Assert.Single(said.Split('\n'));
    }

    [Fact]
    public async Task Database_NotThere_EndsTheProgramInOneLine()
    {
        var (code, said) = await SiloProcess.RunAsync(
            ("Clustering:Provider", "adonet"), ("Clustering:ConnectionString", "Host=127.0.0.1;Port=1;Username=a;Database=b"), ("Clustering:AdvertisedAddress", "127.0.0.1"));

        Assert.Equal(2, code);
        Assert.Equal("PostgreSQL at 127.0.0.1:1/b does not answer: Connection refused. Check that it is up and that Clustering:ConnectionString leads to it.", said);
    }
}
