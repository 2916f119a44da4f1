using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Orleans.Inference.Silo.Tests.Programs;

/// <summary>The silo's program as a process of its own, on free loopback ports, with what it has said.</summary>
internal sealed partial class SiloProcess : IAsyncDisposable
{
    public const int Terminate = 15;

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(40);

    private static readonly string[] WithoutKafka = ["--no-kafka"];

    private readonly Process _process;
    private readonly DirectoryInfo _ownState = Directory.CreateTempSubdirectory("inference-silo-");
    private readonly ConcurrentQueue<string> _said = new();
    private readonly TaskCompletionSource<string> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SiloProcess(string pipeline, string[] source, string? state, (string Key, string Value)[] settings)
    {
        SiloPort = FreePort();
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "inference-silo.dll"), "run", pipeline, .. source, "--urls", "http://127.0.0.1:0", "--state", state ?? _ownState.FullName];
        arguments.ToList().ForEach(start.ArgumentList.Add);
        start.Environment["Clustering__SiloPort"] = $"{SiloPort}";
        start.Environment["Clustering__GatewayPort"] = $"{FreePort()}";
        foreach (var (key, value) in settings)
        {
            start.Environment[key.Replace(":", "__")] = value;
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => _address.TrySetResult(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _said.Enqueue(line.Data ?? "");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int SiloPort { get; }

    public HttpClient Http { get; } = new();

    /// <summary>Everything on stderr so far.</summary>
    public string Said => string.Join('\n', _said.Where(line => line.Length > 0));

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
        return (await silo.ExitAsync(), silo.Said);
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

    /// <summary>kill -9.</summary>
    public void Kill() => _process.Kill();

    public void Signal(int signal) => Assert.Equal(0, kill(_process.Id, signal));

    public async Task<int> ExitAsync()
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(StopLimit);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"awaited in vain: the silo's end; it said: {Said}");
        }

        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        Http.Dispose();
        _ownState.Delete(recursive: true);
    }

    private static async Task<SiloProcess> ListeningAsync(SiloProcess silo)
    {
        try
        {
            var first = await Task.WhenAny(silo._address.Task, Task.Delay(StartLimit, TestContext.Current.CancellationToken));
            Assert.True(first == silo._address.Task && silo._address.Task.Result.Length > 0, $"awaited in vain: the silo's address; it said: {silo.Said}");
            silo.Http.BaseAddress = new Uri(await silo._address.Task);
            return silo;
        }
        catch
        {
            await silo.DisposeAsync();
            throw;
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int process, int signal);
}
