using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Orleans.Inference.EndToEnd.Documentation;

/// <summary>The program serving in a process of its own, as users start it.</summary>
internal sealed partial class RunningServer : IAsyncDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly TaskCompletionSource<string> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Under the lock of itself: who waits for which words.
    private readonly List<(string Words, TaskCompletionSource Said)> _awaited = [];

    private RunningServer(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => _address.TrySetResult(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The program as built beside this test.</summary>
    public static string Program { get; } = FindProgram();

    /// <summary>The address that it printed.</summary>
    public string Address => _address.Task.Result;

    /// <summary>Starts it and waits for its address.</summary>
    public static async Task<RunningServer> StartAsync(string folder, string[] arguments, CancellationToken cancellationToken)
    {
        var server = new RunningServer(Process.Start(new ProcessStartInfo("dotnet", [Program, .. arguments])
        {
            UseShellExecute = false,
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
        await server.BoundedAsync(server._address.Task, "the address", cancellationToken);
        Assert.True(server.Address.StartsWith("http://", StringComparison.Ordinal), $"no address on standard output: {server.Said}");
        return server;
    }

    /// <summary>Waits until it has written the words to standard error.</summary>
    public Task SaysAsync(string words, CancellationToken cancellationToken)
    {
        var said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_awaited)
        {
            _awaited.Add((words, said));
            if (_errors.Any(line => line.Contains(words, StringComparison.Ordinal)))
            {
                said.TrySetResult();
            }
        }

        return BoundedAsync(said.Task, $"'{words}'", cancellationToken);
    }

    /// <summary>Asks it to stop and gives its exit code.</summary>
    public async Task<int> StopAsync(CancellationToken cancellationToken)
    {
        Assert.Equal(0, Kill(_process.Id, Terminate));
        await BoundedAsync(_process.WaitForExitAsync(cancellationToken), "its end", cancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private string Said => string.Join('\n', _errors);

    private void Note(string? line)
    {
        lock (_awaited)
        {
            _errors.Enqueue(line ?? "");
            foreach (var (_, said) in _awaited.Where(waiting => line?.Contains(waiting.Words, StringComparison.Ordinal) == true))
            {
                said.TrySetResult();
            }
        }
    }

    private async Task BoundedAsync(Task task, string what, CancellationToken cancellationToken)
    {
        try
        {
            await task.WaitAsync(Patience, cancellationToken);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"waited {Patience} for {what}; the server said:\n{Said}");
        }
    }

    private static string FindProgram()
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(
            Repository.Root, "src", "Orleans.Inference.Cli", "bin", framework.Parent!.Name, framework.Name, "inference.dll");
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
