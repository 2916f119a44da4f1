using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace Orleans.Inference.Silo.Tests.Programs;

/// <summary>The silo's program as a process of its own, on free loopback ports, with what it has said.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    private static readonly string[] WithoutKafka = ["--no-kafka"];

    private readonly DirectoryInfo _ownState = Directory.CreateTempSubdirectory("inference-silo-");

    private SiloProcess(string pipeline, string[] source, string? state, (string Key, string Value)[] settings)
    {
        SiloPort = FreePort();
        Process = new ChildProcess(
            Path.Combine(AppContext.BaseDirectory, "inference-silo.dll"),
            ["run", pipeline, .. source, "--urls", "http://127.0.0.1:0", "--state", state ?? _ownState.FullName],
            [
                new("Clustering__SiloPort", $"{SiloPort}"),
                new("Clustering__GatewayPort", $"{FreePort()}"),
                .. settings.Select(setting => KeyValuePair.Create(setting.Key.Replace(":", "__"), setting.Value)),
            ]);
    }

    public ChildProcess Process { get; }

    public int SiloPort { get; }

    public HttpClient Http { get; } = new();

    /// <summary>Everything on stderr so far.</summary>
    public string Said => Process.Said;

    private static string Fraud
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder!.FullName, "Orleans.Inference.sln")))
            {
                folder = folder.Parent;
            }

            return Path.Combine(folder.FullName, "models", "fraud");
        }
    }

    /// <summary>Starts a silo and waits until it listens.</summary>
    public static Task<SiloProcess> StartAsync(params (string Key, string Value)[] settings) => StartAsync(null, settings);

    /// <summary>Starts a silo on a state folder of the test's and waits until it listens.</summary>
    public static Task<SiloProcess> StartAsync(string? state, params (string Key, string Value)[] settings) =>
        ListeningAsync(new SiloProcess(Fraud, WithoutKafka, state, settings));

    /// <summary>Starts a silo that reads a pipeline's events from Kafka and waits until it listens.</summary>
    /// <param name="pipeline">The pipeline's folder.</param>
    /// <param name="kafka"><c>HOST:PORT[,HOST:PORT]</c>.</param>
    /// <param name="settings">What else it is given.</param>
    public static Task<SiloProcess> StartReadingAsync(string pipeline, string kafka, params (string Key, string Value)[] settings) =>
        ListeningAsync(new SiloProcess(pipeline, ["--kafka", kafka], null, settings));

    /// <summary>Runs a silo that is to end by itself.</summary>
    public static async Task<(int Code, string Said)> RunAsync(params (string Key, string Value)[] settings)
    {
        await using var silo = new SiloProcess(Fraud, WithoutKafka, null, settings);
        return (await silo.Process.ExitAsync(), silo.Said);
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Scores a payment of one customer; answers how many the customer has made.</summary>
    public async Task<string> ScoreAsync(string id)
    {
        var answer = await Http.PostAsJsonAsync(
            "/v1/pipelines/fraud/score",
            new { transaction_id = id, tx_time = "2026-01-01T00:00:00Z", customer_id = "C1", terminal_id = "T1", amount = 12.5, channel = "pos" },
            TestContext.Current.CancellationToken);
        var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}: {body}; the silo said: {Said}");
        return JsonDocument.Parse(body).RootElement.GetProperty("features").GetProperty("customer_tx_30d").GetRawText();
    }

    /// <summary>Probes until the silo gives the status.</summary>
    public Task WaitForReadinessAsync(HttpStatusCode status) => Awaited.UntilAsync(
        async () =>
        {
            var answer = await Http.GetAsync("/health/ready", TestContext.Current.CancellationToken);
            return answer.StatusCode == status ? null : $"{answer.StatusCode} {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}";
        },
        () => $"readiness {status}; the silo said: {Said}");

    /// <summary>Waits until the dashboard, which looks once a second, shows so many silos.</summary>
    public Task WaitForDashboardAsync(int silos) => Awaited.UntilAsync(
        async () =>
        {
            var counters = await Http.GetFromJsonAsync<JsonElement>("/orleans/DashboardCounters", TestContext.Current.CancellationToken);
            var shown = counters.GetProperty("hosts").GetArrayLength();
            return shown == silos ? null : $"{shown}";
        },
        () => $"{silos} silos on the dashboard; the silo said: {Said}");

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        Http.Dispose();
        _ownState.Delete(recursive: true);
    }

    private static async Task<SiloProcess> ListeningAsync(SiloProcess silo)
    {
        try
        {
            silo.Http.BaseAddress = new Uri(await silo.Process.FirstLineAsync());
            return silo;
        }
        catch
        {
            await silo.DisposeAsync();
            throw;
        }
    }
}
