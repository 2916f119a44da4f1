using System.Diagnostics;

namespace Orleans.Inference.EndToEnd.Crashes;

/// <summary>kill -9 at moments drawn from a seed, on real processes and a real broker.</summary>
[Collection(nameof(Processes))]
public sealed class CrashTests(BrokerProcess broker, ITestOutputHelper output) : IClassFixture<BrokerProcess>
{
    // Two cores: more at a time would only make the others wait.
    private static readonly ParallelOptions Pairs = new() { MaxDegreeOfParallelism = 2 };

    [Fact]
    public async Task Kill_AtRandomMoments_LeavesOnePredictionAnEventAndTheStateOfAReplay() =>
        await RunAsync(Enumerable.Range(1, 20).Select(seed => new StopPlan(seed)));

    [Fact]
    public async Task Kill_AndLossOfTheOrderJournal_LeavesOnePredictionAnEventAndTheStateOfAReplay() =>
        await RunAsync(Enumerable.Range(101, 8).Select(seed => new StopPlan(seed, LosesJournal: true)));

    private async Task RunAsync(IEnumerable<StopPlan> plans) => await Parallel.ForEachAsync(plans, Pairs, async (plan, _) =>
    {
        var watch = Stopwatch.StartNew();
        var scenario = new CrashScenario(plan, broker);
        await scenario.RunAsync();
        lock (output)
        {
            output.WriteLine(
                $"seed {plan.Seed}: {scenario.RecordsRead} records in {watch.Elapsed.TotalSeconds:F1} s; ready after {string.Join(", ", scenario.StartMs.Select(ms => $"{ms:F0}"))} ms");
        }
    });
}
