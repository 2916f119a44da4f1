using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Orleans.Inference;

/// <summary>A program of this repository as a process of its own, with what it says. Disposing kills it if it still runs.</summary>
internal sealed partial class ChildProcess : IAsyncDisposable
{
    public const int Interrupt = 2;
    public const int Terminate = 15;

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(40);

    private readonly string _name;
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _said = new();
    private readonly TaskCompletionSource<string> _firstLine = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts it.</summary>
    /// <param name="program">The path of its assembly.</param>
    /// <param name="arguments">What it is given.</param>
    /// <param name="environment">Variables besides, or instead of, this process's own.</param>
    /// <param name="folder">The working folder; null for the one for temporary files.</param>
    public ChildProcess(string program, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> environment, string? folder = null)
    {
        _name = Path.GetFileNameWithoutExtension(program);
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? Path.GetTempPath(),
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is not null)
            {
                _firstLine.TrySetResult(line.Data);
            }
        };
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not null)
            {
                _said.Enqueue(line.Data);
            }
        };
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public bool HasExited => _process.HasExited;

    /// <summary>Everything on stderr so far.</summary>
    public string Said => string.Join('\n', _said);

    /// <summary>Bytes of memory the process occupies now.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>The first line on stdout: an address.</summary>
    public async Task<string> FirstLineAsync()
    {
        var limit = Task.Delay(StartLimit, TestContext.Current.CancellationToken);
        await Task.WhenAny(_firstLine.Task, _process.WaitForExitAsync(CancellationToken.None), limit);
        Assert.True(_firstLine.Task.IsCompleted, $"awaited in vain: the first line of {_name}; it said: {Said}");
        return await _firstLine.Task;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await ExitAsync();
    }

    public void Signal(int signal) => Assert.Equal(0, Kill(_process.Id, signal));

    /// <summary>Waits for its end and gives its exit code.</summary>
    public async Task<int> ExitAsync()
    {
        try
        {
            await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(StopLimit, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"awaited in vain: the end of {_name}; it said: {Said}");
        }

        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
