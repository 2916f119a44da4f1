using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Inference.Engines;
using Orleans.Inference.Grains.Engine;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Scoring;

namespace Orleans.Inference.Grains.Tests.Clusters;

/// <summary>Makes engines that are clusters of their own, so that the suites of one engine try many silos.</summary>
internal sealed class ClusterEngineFactory(int silos) : IEngineFactory
{
    public string Name => "orleans";

    public IScoringEngine CreateEngine(PipelineModel pipeline, EngineParts parts, EngineOptions options) => new ClusterEngine(silos, pipeline, parts, options);

    public IReplayEngine CreateReplay(PipelineModel pipeline, IModelCatalog models, IBatchOutput output, EngineOptions options) =>
        new OrleansEngineFactory(() => throw new InvalidOperationException("A replay has a silo of its own."), NullLoggerFactory.Instance)
            .CreateReplay(pipeline, models, output, options);
}
