using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Orleans.Inference.Silo.Tests.Programs;

public sealed class LoneSiloTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Silo_WithoutSettings_ServesTheApiAndTheDashboard_AndLeavesCleanly()
    {
        await using var silo = await SiloProcess.StartAsync();
        await silo.WaitForReadinessAsync(HttpStatusCode.OK);

        Assert.Equal("1", await silo.ScoreAsync("t-1"));

        Assert.Contains("Orleans Dashboard", await silo.Http.GetStringAsync("/orleans", Cancellation));
        await silo.WaitForDashboardAsync(1);
        Assert.Contains("inference", await silo.Http.GetStringAsync("/", Cancellation), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("/orleans", await silo.Http.GetStringAsync("/openapi/v1.json", Cancellation));

        var told = Stopwatch.GetTimestamp();
        silo.Process.Signal(ChildProcess.Terminate);
        Assert.Equal(0, await silo.Process.ExitAsync());
        Assert.InRange(Stopwatch.GetElapsedTime(told), TimeSpan.Zero, TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task Silo_ToldToStop_IsNotReadyWhileItStillServes()
    {
        await using var silo = await SiloProcess.StartAsync(("Clustering:LeaveDelay", "3s"));
        await silo.WaitForReadinessAsync(HttpStatusCode.OK);

        silo.Process.Signal(ChildProcess.Terminate);

        await silo.WaitForReadinessAsync(HttpStatusCode.ServiceUnavailable);
        Assert.Contains("leaving", await (await silo.Http.GetAsync("/health/ready", Cancellation)).Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(HttpStatusCode.OK, (await silo.Http.GetAsync("/health/live", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await silo.Http.GetAsync("/v1/pipelines/fraud", Cancellation)).StatusCode);
        Assert.Equal(0, await silo.Process.ExitAsync());
    }

    [Fact]
    public async Task Dashboard_WhereCallersHaveKeys_NeedsOneToo()
    {
        const string Key = "a-key-that-is-long-enough-0123456789";
        await using var silo = await SiloProcess.StartAsync(("Auth:Keys:0:Key", Key), ("Auth:Keys:0:Role", "read"), ("Auth:Keys:0:Name", "reader"));

        Assert.Equal(HttpStatusCode.OK, (await silo.Http.GetAsync("/health/live", Cancellation)).StatusCode);
        foreach (var path in new[] { "/orleans", "/orleans/", "/orleans/DashboardCounters" })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await silo.Http.GetAsync(path, Cancellation)).StatusCode);
        }

        silo.Http.DefaultRequestHeaders.Authorization = new("Bearer", Key);
        Assert.Equal(HttpStatusCode.OK, (await silo.Http.GetAsync("/orleans/DashboardCounters", Cancellation)).StatusCode);
    }

    [Fact]
    public async Task State_InTheFolder_IsThereForTheNextSilo()
    {
        var folder = Directory.CreateTempSubdirectory("inference-state-");
        try
        {
            foreach (var count in new[] { "1", "2", "3" })
            {
                await using var silo = await SiloProcess.StartAsync(folder.FullName);
                await silo.WaitForReadinessAsync(HttpStatusCode.OK);
                Assert.Equal(count, await silo.ScoreAsync($"t-{count}"));
                silo.Process.Signal(ChildProcess.Terminate);
                Assert.Equal(0, await silo.Process.ExitAsync());
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
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
