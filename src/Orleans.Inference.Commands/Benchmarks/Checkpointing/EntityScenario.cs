using Orleans.Inference.Commands.Benchmarks.Figures;
using Orleans.Inference.Commands.Benchmarks.Live;

namespace Orleans.Inference.Commands.Benchmarks.Checkpointing;

/// <summary>
/// What an entity costs in memory: a million customers with three payments each and 100,000 terminals with thirty, all active, in the live engine with checkpoints.
/// </summary>
internal sealed class EntityScenario : IBenchScenario
{
    private const int Customers = 1_000_000;
    private const int Terminals = 100_000;
    private const int PaymentsPerCustomer = 3;
    private static readonly TimeSpan Span = TimeSpan.FromDays(20);

    public string Name => "entities";

    public async Task MeasureAsync(BenchRun run, FigureSet figures, CancellationToken cancellationToken)
    {
        for (var i = 0; i < run.Options.Runs; i++)
        {
            await MeasureAsync(run, figures, $"run {i}", cancellationToken);
            run.Say($"entities {i + 1}/{run.Options.Runs}");
        }
    }

    private static async Task MeasureAsync(BenchRun run, FigureSet figures, string folder, CancellationToken cancellationToken)
    {
        var customers = run.Sized(Customers);
        var terminals = run.Sized(Terminals);
        var count = (long)customers * PaymentsPerCustomer;
        await BenchRun.SettleAsync();
        var heapBefore = GC.GetTotalMemory(forceFullCollection: false);
        var residentBefore = BenchRun.ResidentBytes();
        var source = new GeneratedSource(run.Pipeline.Source.Topic, SpreadPayments.Make(count, customers, terminals, Span));
        using var pauses = new CollectionPauses();
        var started = TimeProvider.System.GetTimestamp();
        await using var live = await LiveRun.StartAsync(
            run, run.Pipeline, run.EngineOptions, run.CreateFolder(folder), source, sink: null, cancellationToken);
        await live.WhenScoredAsync(count, cancellationToken);
        var elapsed = TimeProvider.System.GetElapsedTime(started);
        var longest = pauses.TakeLongest();
        var residentAsItRan = BenchRun.ResidentBytes() - residentBefore;
        await BenchRun.SettleAsync();
        var heap = GC.GetTotalMemory(forceFullCollection: false) - heapBefore;
        var resident = BenchRun.ResidentBytes() - residentBefore;
        var entities = live.Engine.Figures.EntitiesActive.Values.Sum();
        figures.Add("entities in memory", "", entities);
        figures.Add("heap", "bytes/entity", heap / (double)entities);
        figures.Add("resident after a collection", "bytes/entity", resident / (double)entities);
        figures.Add("resident as it ran", "bytes/entity", residentAsItRan / (double)entities);
        figures.Add("events", "1/s", count / elapsed.TotalSeconds);
        figures.Add("longest pause of a shard", "ms", live.Engine.Figures.LongestCheckpointPauseMs);
        figures.Add("longest pause for garbage", "ms", longest.TotalMilliseconds);
    }
}
