using System.Net.Http.Headers;
using Orleans.Inference.EndToEnd.Documentation;
using Orleans.Inference.EndToEnd.Infrastructure.Kustomize;

namespace Orleans.Inference.EndToEnd.Infrastructure;

/// <summary>
/// The program as a pod of an overlay starts it: the same arguments and variables in an empty working folder, with folders in place of its mounts, a key made up for each
/// secret, and a free port on loopback instead of 8080 on every address.
/// </summary>
internal sealed class ContainerProcess : IAsyncDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("container-").FullName;
    private readonly ChildProcess _process;

    public ContainerProcess(Workload workload, string brokers)
    {
        _process = new ChildProcess(
            RunningServer.Program,
            workload.Arguments.Select(Here),
            workload.Environment.Select(variable => KeyValuePair.Create(variable.Key, variable.Key == "Kafka__Brokers" ? brokers : variable.Value ?? KeyOf(variable.Key))),
            Directory.CreateDirectory(Path.Combine(_root, "app")).FullName);
    }

    /// <summary>Everything on standard error so far.</summary>
    public string Said => _process.Said;

    /// <summary>What it has left in its working folder, which in an image is read-only.</summary>
    public IEnumerable<string> Litter => Directory.EnumerateFileSystemEntries(Path.Combine(_root, "app"));

    /// <summary>What lies in its volume for state.</summary>
    public IEnumerable<string> State => Directory.EnumerateFileSystemEntries(Path.Combine(_root, "state"));

    /// <summary>The made-up value of a secret variable.</summary>
    public static string KeyOf(string variable) => $"made-up-for-{variable}";

    /// <summary>A client that shows a key, or none.</summary>
    public async Task<HttpClient> ClientAsync(string? key)
    {
        var http = new HttpClient { BaseAddress = new Uri(await _process.FirstLineAsync()), Timeout = Bounds.Work };
        http.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        return http;
    }

    /// <summary>Asks it to stop as Kubernetes does, and gives its exit code.</summary>
    public Task<int> StopAsync()
    {
        _process.Signal(ChildProcess.Terminate);
        return _process.ExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    private string Here(string argument) =>
        argument == "/state" ? Path.Combine(_root, "state")
        : argument.StartsWith("/models/", StringComparison.Ordinal) ? Path.Combine(Repository.Root, argument.TrimStart('/'))
        : argument == "http://0.0.0.0:8080" ? "http://127.0.0.1:0"
        : argument;
}
