using Orleans.Inference.Engines;

namespace Orleans.Inference.Commands;

/// <summary>Finds the engine that <c>--engine</c> names, and checks how it is to use the machine.</summary>
internal static class EngineChoice
{
    /// <param name="engines">What the build has, its usual one first.</param>
    /// <param name="name">Null for the usual one.</param>
    public static IEngineFactory Find(IReadOnlyList<IEngineFactory> engines, string? name) =>
        engines.FirstOrDefault(engine => name is null || engine.Name == name)
        ?? throw new CommandException(
            ExitCode.Usage, $"--engine {name} is not in this build; it has {string.Join(", ", engines.Select(engine => engine.Name))}");

    public static EngineOptions Options(int? shards, int? batchLimit = null)
    {
        if (shards is < 1 or > 64)
        {
            throw new CommandException(ExitCode.Usage, $"--shards {shards}: 1 to 64 are allowed");
        }

        if (batchLimit is < 1 or > 65_536)
        {
            throw new CommandException(ExitCode.Usage, $"--batch-limit {batchLimit}: 1 to 65536 are allowed");
        }

        var options = new EngineOptions();
        return options with { Shards = shards ?? options.Shards, BatchLimit = batchLimit ?? options.BatchLimit };
    }
}
