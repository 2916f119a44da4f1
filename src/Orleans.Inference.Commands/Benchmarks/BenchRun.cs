using System.Diagnostics;
using Orleans.Inference.Engines;
using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Commands.Benchmarks;

/// <summary>What a scenario measures with.</summary>
/// <param name="Options">What was asked for.</param>
/// <param name="Pipeline">The pipeline under load.</param>
/// <param name="Engine">Makes the engine under load.</param>
/// <param name="Folder">A folder of this scenario's own; removed after it.</param>
/// <param name="Progress">Where to say what is being done.</param>
internal sealed record BenchRun(BenchOptions Options, PipelineModel Pipeline, IEngineFactory Engine, string Folder, TextWriter Progress)
{
    public EngineOptions EngineOptions => EngineChoice.Options(Options.Shards);

    /// <summary>The full size, or a hundredth of it when only a look is wanted.</summary>
    public int Sized(int full) => Options.IsSmall ? Math.Max(1, full / 100) : full;

    /// <summary>The full time, or a tenth of it when only a look is wanted.</summary>
    public TimeSpan Sized(TimeSpan full) => Options.IsSmall ? full / 10 : full;

    /// <summary>A folder within this scenario's.</summary>
    public string CreateFolder(string name) => Directory.CreateDirectory(Path.Combine(Folder, name)).FullName;

    public void Say(string text) => Progress.WriteLine(text);

    /// <summary>Starts from a collected heap, so that one run does not pay for the garbage of another, and gives memory that is not needed back.</summary>
    public static async Task SettleAsync()
    {
        // The run before may still be on this thread's stack, and its engine with it.
        await Task.Yield();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    /// <summary>Resident bytes of this process.</summary>
    public static long ResidentBytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
