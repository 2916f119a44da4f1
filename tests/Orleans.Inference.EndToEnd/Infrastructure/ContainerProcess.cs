using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using Orleans.Inference.EndToEnd.Documentation;
using Orleans.Inference.EndToEnd.Infrastructure.Kustomize;

namespace Orleans.Inference.EndToEnd.Infrastructure;

/// <summary>
/// The program as a pod of an overlay starts it: the same arguments and variables in an empty working folder, with folders in place of its mounts, a key made up for each
/// secret, and a free port on loopback instead of 8080 on every address.
/// </summary>
internal sealed partial class ContainerProcess : IAsyncDisposable
{
    private const int Terminate = 15;

    private readonly string _root = Directory.CreateTempSubdirectory("container-").FullName;
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _said = new();
    private readonly TaskCompletionSource<string> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ContainerProcess(Workload workload, string brokers)
    {
        var start = new ProcessStartInfo("dotnet", [RunningServer.Program, .. workload.Arguments.Select(Here)])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Directory.CreateDirectory(Path.Combine(_root, "app")).FullName,
        };
        foreach (var (name, value) in workload.Environment)
        {
            start.Environment[name] = name == "Kafka__Brokers" ? brokers : value ?? KeyOf(name);
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => _address.TrySetResult(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _said.Enqueue(line.Data ?? "");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Everything on standard error so far.</summary>
    public string Said => string.Join('\n', _said);

    /// <summary>What it has left in its working folder, which in an image is read-only.</summary>
    public IEnumerable<string> Litter => Directory.EnumerateFileSystemEntries(Path.Combine(_root, "app"));

    /// <summary>What lies in its volume for state.</summary>
    public IEnumerable<string> State => Directory.EnumerateFileSystemEntries(Path.Combine(_root, "state"));

    /// <summary>The made-up value of a secret variable.</summary>
    public static string KeyOf(string variable) => $"made-up-for-{variable}";

    /// <summary>A client that shows a key, or none.</summary>
    public async Task<HttpClient> ClientAsync(string? key)
    {
        var exited = _process.WaitForExitAsync();
        var first = await Task.WhenAny(_address.Task, exited, Task.Delay(Bounds.Start));
        Assert.True(first == _address.Task && _address.Task.Result.StartsWith("http://", StringComparison.Ordinal), $"awaited in vain: the program's address; it said: {Said}");
        var http = new HttpClient { BaseAddress = new Uri(_address.Task.Result), Timeout = Bounds.Work };
        http.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        return http;
    }

    /// <summary>Asks it to stop as Kubernetes does, and gives its exit code.</summary>
    public async Task<int> StopAsync()
    {
        Assert.Equal(0, Kill(_process.Id, Terminate));
        try
        {
            await _process.WaitForExitAsync().WaitAsync(Bounds.Stop);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"awaited in vain: the program's end; it said: {Said}");
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
        Directory.Delete(_root, recursive: true);
    }

    private string Here(string argument) =>
        argument == "/state" ? Path.Combine(_root, "state")
        : argument.StartsWith("/models/", StringComparison.Ordinal) ? Path.Combine(Repository.Root, argument.TrimStart('/'))
        : argument == "http://0.0.0.0:8080" ? "http://127.0.0.1:0"
        : argument;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
