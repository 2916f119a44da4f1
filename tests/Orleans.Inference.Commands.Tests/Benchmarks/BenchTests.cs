using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Inference.Commands.Benchmarks;
using Orleans.Inference.Commands.Benchmarks.Figures;
using Orleans.Inference.Embedded;

namespace Orleans.Inference.Commands.Tests.Benchmarks;

/// <summary>That the bench works; how fast anything is, a test does not judge.</summary>
public sealed class BenchTests : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _progress = new();

    public void Dispose()
    {
        _output.Dispose();
        _progress.Dispose();
    }

    [Theory]
    [InlineData("replay", "events")]
    [InlineData("kafka", "share of the bare loop")]
    [InlineData("latency", "p99")]
    [InlineData("http", "share of the bare endpoint")]
    [InlineData("entities", "heap")]
    [InlineData("checkpoints", "written")]
    public async Task Run_OfASmallScenario_EndsWithItsFiguresAsJson(string scenario, string figure)
    {
        var options = new BenchOptions { Pipeline = FraudFolder(), Scenario = scenario, Runs = 1, IsSmall = true };
        Assert.Equal(0, await new Bench(Engine(), _output, _progress).RunAsync(options, TestContext.Current.CancellationToken));
        var lines = _output.ToString().TrimEnd('\n').Split('\n');
        Assert.Contains(lines, line => line.Contains(figure, StringComparison.Ordinal) && line.Contains('│', StringComparison.Ordinal));
        using var json = JsonDocument.Parse(lines[^1]);
        var measured = Assert.Single(json.RootElement.GetProperty("scenarios").EnumerateArray());
        Assert.Equal(scenario, measured.GetProperty("scenario").GetString());
        var found = measured.GetProperty("figures").EnumerateArray().Single(one => one.GetProperty("name").GetString() == figure);
        Assert.Equal(found.GetProperty("median").GetDouble(), Assert.Single(found.GetProperty("runs").EnumerateArray()).GetDouble());
        Assert.Empty(Directory.EnumerateDirectories(Path.GetTempPath(), $"inference-bench-{Environment.ProcessId}-*"));
    }

    [Fact]
    public async Task Run_WithAJsonFile_WritesItThereAlone()
    {
        var folder = Directory.CreateTempSubdirectory("bench-");
        try
        {
            var file = Path.Combine(folder.FullName, "figures.json");
            var options = new BenchOptions { Pipeline = FraudFolder(), Scenario = "replay", Runs = 2, IsSmall = true, Json = file };
            await new Bench(Engine(), _output, _progress).RunAsync(options, TestContext.Current.CancellationToken);
            using var json = JsonDocument.Parse(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
            var figures = json.RootElement.GetProperty("scenarios")[0].GetProperty("figures");
            Assert.Equal(2, figures[0].GetProperty("runs").GetArrayLength());
            Assert.DoesNotContain("{", _output.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Run_OfAMissingPipeline_SaysSo()
    {
        var options = new BenchOptions { Pipeline = "no-such-folder", IsSmall = true };
        var exception = await Assert.ThrowsAsync<CommandException>(
            () => new Bench(Engine(), _output, _progress).RunAsync(options, TestContext.Current.CancellationToken));
        Assert.Equal(2, exception.ExitCode);
    }

    [Theory]
    [InlineData(new[] { 3.0 }, 3)]
    [InlineData(new[] { 9.0, 1, 5 }, 5)]
    [InlineData(new[] { 4.0, 1, 2, 9 }, 3)]
    public void Median_OfRuns_IsTheMiddle(double[] runs, double expected)
    {
        var figure = new Figure("events", "1/s", null);
        Array.ForEach(runs, figure.Add);
        Assert.Equal(expected, figure.Median);
    }

    private static EmbeddedEngineFactory Engine() => new(NullLoggerFactory.Instance);

    private static string FraudFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Orleans.Inference.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder!.FullName, "models", "fraud");
    }
}
