using Orleans.Inference.Commands.Benchmarks.Figures;
using Orleans.Inference.Commands.Benchmarks.Live;
using Orleans.Inference.Commands.Simulation;
using Orleans.Inference.Engines;

namespace Orleans.Inference.Commands.Benchmarks.Checkpointing;

/// <summary>
/// What checkpoints cost: the live engine at full speed with five a second. Once as it comes, where only changes are written, and once with a log so short that whole
/// entities are written all the time.
/// </summary>
internal sealed class CheckpointScenario : IBenchScenario
{
    private const long ShortLog = 8 * 1024 * 1024;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(5);

    public string Name => "checkpoints";

    public async Task MeasureAsync(BenchRun run, FigureSet figures, CancellationToken cancellationToken)
    {
        await RunAsync(run, run.EngineOptions, "warm-up", cancellationToken);
        for (var i = 0; i < run.Options.Runs; i++)
        {
            Add(figures, "", await RunAsync(run, run.EngineOptions, $"changes {i}", cancellationToken), Goal.Below(10));
            var shortLog = run.EngineOptions with { LogLimitBytes = ShortLog };
            Add(figures, ", whole entities too", await RunAsync(run, shortLog, $"whole {i}", cancellationToken), null);
            run.Say($"checkpoints {i + 1}/{run.Options.Runs}");
        }
    }

    private static void Add(FigureSet figures, string mode, Measured measured, Goal? pause)
    {
        figures.Add("events" + mode, "1/s", measured.Events / measured.Elapsed.TotalSeconds);
        figures.Add("written" + mode, "bytes/event", measured.Bytes / (double)measured.Events);
        figures.Add("longest pause of a shard" + mode, "ms", measured.LongestPauseMs, pause);
        figures.Add("longest pause for garbage" + mode, "ms", measured.Garbage.TotalMilliseconds);
        figures.Add("checkpoints" + mode, "1/s", measured.Checkpoints / measured.Elapsed.TotalSeconds);
    }

    private static async Task<Measured> RunAsync(BenchRun run, EngineOptions options, string folder, CancellationToken cancellationToken)
    {
        await BenchRun.SettleAsync();
        var pipeline = run.Pipeline with { CheckpointInterval = Interval };

        // Long ago: at full speed a year passes in seconds, and a payment of the future is rejected.
        var payments = new PaymentSimulator(new PaymentSimulationOptions { Start = new DateOnly(2000, 1, 1) }).From();
        var source = new GeneratedSource(pipeline.Source.Topic, payments);
        using var pauses = new CollectionPauses();
        var started = TimeProvider.System.GetTimestamp();
        await using var live = await LiveRun.StartAsync(run, pipeline, options, run.CreateFolder(folder), source, sink: null, cancellationToken);
        await Task.Delay(run.Sized(Duration), TimeProvider.System, cancellationToken);
        source.Stop();
        await live.WhenScoredAsync(await source.Sent, cancellationToken);
        var elapsed = TimeProvider.System.GetElapsedTime(started);

        // The last checkpoint, too, holds what has been counted.
        await live.Engine.StopAsync(cancellationToken);
        var figures = live.Engine.Figures;
        return new Measured(elapsed, figures.Scored, figures.CheckpointBytes, figures.Checkpoints, figures.LongestCheckpointPauseMs, pauses.TakeLongest());
    }

    private sealed record Measured(TimeSpan Elapsed, long Events, long Bytes, long Checkpoints, double LongestPauseMs, TimeSpan Garbage);
}
