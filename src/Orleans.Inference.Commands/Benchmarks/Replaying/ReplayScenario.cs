using Orleans.Inference.Commands.Benchmarks.Figures;
using Orleans.Inference.Commands.Replay;
using Orleans.Inference.Commands.Simulation;

namespace Orleans.Inference.Commands.Benchmarks.Replaying;

/// <summary>
/// How fast history is read: the real replay command over a CSV of simulated payments, its results thrown away. The file is made before, and the first run is
/// told apart, for it pays for the compiler.
/// </summary>
internal sealed class ReplayScenario : IBenchScenario
{
    private const int Payments = 600_000;

    public string Name => "replay";

    public async Task MeasureAsync(BenchRun run, FigureSet figures, CancellationToken cancellationToken)
    {
        var file = Path.Combine(run.Folder, "payments.csv");
        var count = run.Sized(Payments);
        await WriteFileAsync(file, 2L * count, cancellationToken);
        var first = await ReplayAsync(run, file, count, cancellationToken);
        run.Say($"replay, first run in this process: {count / first.Elapsed.TotalSeconds:N0} events/s");
        var allocated = new List<long>();
        for (var i = 0; i < run.Options.Runs; i++)
        {
            var measured = await ReplayAsync(run, file, count, cancellationToken);
            allocated.Add(measured.AllocatedBytes);
            var perSecond = count / measured.Elapsed.TotalSeconds;
            figures.Add("events", "1/s", perSecond, Goal.AtLeast(300_000));
            figures.Add("events per core", "1/CPU s", count / measured.Processor.TotalSeconds);
            figures.Add("processor time", "CPU s/million events", measured.Processor.TotalSeconds / count * 1e6);
            figures.AddThreads(measured.Threads, count);

            run.Say($"replay {i + 1}/{run.Options.Runs}: {perSecond:N0} events/s");
        }

        figures.Add("events, first run in the process", "1/s", count / first.Elapsed.TotalSeconds);

        // What starting and filling the windows allocates is in both; the difference is the second half's.
        var whole = await ReplayAsync(run, file, 2 * count, cancellationToken);
        figures.Add("allocated in steady state", "bytes/event", (whole.AllocatedBytes - allocated.Average()) / count);
    }

    private static async Task WriteFileAsync(string file, long count, CancellationToken cancellationToken)
    {
        var exitCode = await new SimulateCommand(TextWriter.Null).RunAsync(
            new SimulateOptions { Pipeline = "fraud", Count = count, Output = file }, Stream.Null, TimeProvider.System, cancellationToken);
        if (exitCode != ExitCode.Done)
        {
            throw new CommandException(ExitCode.Usage, $"{file} cannot be written");
        }
    }

    private static async Task<Measured> ReplayAsync(BenchRun run, string file, long limit, CancellationToken cancellationToken)
    {
        await BenchRun.SettleAsync();
        var replayer = new Replayer([run.Engine], static () => Stream.Null, static () => Stream.Null, TextWriter.Null);
        var options = new ReplayOptions
        {
            Pipeline = run.Options.Pipeline,
            Inputs = [file],
            Engine = run.Options.Engine,
            Shards = run.Options.Shards,
            Limit = limit,
        };
        using var threads = ThreadTimes.Start();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var processor = Environment.CpuUsage.TotalTime;
        var started = TimeProvider.System.GetTimestamp();
        var exitCode = OnThread.Run("feed", () => replayer.RunAsync(options, cancellationToken).GetAwaiter().GetResult());
        var elapsed = TimeProvider.System.GetElapsedTime(started);
        processor = Environment.CpuUsage.TotalTime - processor;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        return exitCode == ExitCode.Done
            ? new Measured(elapsed, processor, allocated, threads.Stop())
            : throw new CommandException(ExitCode.Rejected, $"the replay of simulated payments ended with exit code {exitCode}");
    }

    private sealed record Measured(
        TimeSpan Elapsed, TimeSpan Processor, long AllocatedBytes, IReadOnlyList<KeyValuePair<string, TimeSpan>> Threads);
}
