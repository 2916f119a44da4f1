using Orleans.Inference.Commands.Benchmarks.Checkpointing;
using Orleans.Inference.Commands.Benchmarks.Figures;
using Orleans.Inference.Commands.Benchmarks.Replaying;
using Orleans.Inference.Commands.Benchmarks.Serving;
using Orleans.Inference.Commands.Benchmarks.Streaming;
using Orleans.Inference.Commands.Validation;
using Orleans.Inference.Engines;

namespace Orleans.Inference.Commands.Benchmarks;

/// <summary>Runs scenarios one after the other and prints their figures: a table, then JSON.</summary>
internal sealed class Bench(IEngineFactory engine, TextWriter output, TextWriter progress)
{
    private static readonly IReadOnlyList<IBenchScenario> Scenarios =
    [
        new ReplayScenario(),
        new KafkaScenario(),
        new LatencyScenario(),
        new HttpScenario(),
        new EntityScenario(),
        new CheckpointScenario(),
    ];

    public static IReadOnlyList<string> ScenarioNames => [.. Scenarios.Select(scenario => scenario.Name)];

    /// <exception cref="CommandException">The pipeline cannot be run, or a scenario could not be measured.</exception>
    public async Task<int> RunAsync(BenchOptions options, CancellationToken cancellationToken)
    {
        var pipeline = PipelineLoader.LoadRunnable(options.Pipeline, TextWriter.Null);
        var sets = new List<FigureSet>();
        foreach (var scenario in Scenarios.Where(scenario => options.Scenario is null || scenario.Name == options.Scenario))
        {
            var folder = Directory.CreateTempSubdirectory($"inference-bench-{Environment.ProcessId}-");
            try
            {
                var figures = new FigureSet(scenario.Name);
                var started = TimeProvider.System.GetTimestamp();
                await scenario.MeasureAsync(new BenchRun(options, pipeline, engine, folder.FullName, progress), figures, cancellationToken);
                figures.Elapsed = TimeProvider.System.GetElapsedTime(started);
                sets.Add(figures);
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }

        FigureTable.Write(sets, output);
        await WriteJsonAsync(options, FigureJson.Write(options, sets), cancellationToken);
        return ExitCode.Done;
    }

    private async Task WriteJsonAsync(BenchOptions options, byte[] json, CancellationToken cancellationToken)
    {
        if (options.Json is null)
        {
            await output.WriteAsync(System.Text.Encoding.UTF8.GetString(json));
            await output.FlushAsync(cancellationToken);
            return;
        }

        try
        {
            await File.WriteAllBytesAsync(options.Json, json, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Usage, $"--json {options.Json}: {exception.Message}");
        }
    }
}
