using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Orleans.Inference.Engines;
using Orleans.Inference.Predictions;
using Orleans.Inference.Telemetry;

namespace Orleans.Inference.Api.Engines;

/// <summary>The engines that this process serves, found by pipeline name. Immutable; any thread. Also shows their gauges on the meter.</summary>
public sealed class EngineRegistry : IDisposable
{
    private readonly FrozenDictionary<string, ServedPipeline> _pipelines;
    private readonly IDisposable[] _observations;

    /// <exception cref="InferenceException">Two engines run pipelines of one name.</exception>
    public EngineRegistry(IEnumerable<IScoringEngine> engines, InferenceMeter meter)
    {
        Engines = [.. engines.OrderBy(engine => engine.Pipeline.Name, StringComparer.Ordinal)];
        var twice = Engines.GroupBy(engine => engine.Pipeline.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
        {
            throw new InferenceException($"Two pipelines are named '{twice.Key}'. Give each pipeline its own name.");
        }

        _pipelines = Engines.ToFrozenDictionary(
            engine => engine.Pipeline.Name,
            engine => new ServedPipeline(engine, new PredictionJson(engine.Pipeline)),
            StringComparer.Ordinal);
        _observations = [.. Engines.Select(meter.Observe)];
    }

    /// <summary>All engines by ascending pipeline name.</summary>
    public IReadOnlyList<IScoringEngine> Engines { get; }

    public void Dispose()
    {
        foreach (var observation in _observations)
        {
            observation.Dispose();
        }
    }

    internal bool TryGet(string pipeline, [NotNullWhen(true)] out ServedPipeline? served) => _pipelines.TryGetValue(pipeline, out served);
}

/// <summary>An engine and the JSON form of its predictions.</summary>
internal sealed record ServedPipeline(IScoringEngine Engine, PredictionJson Json)
{
    public string Name => Engine.Pipeline.Name;
}
