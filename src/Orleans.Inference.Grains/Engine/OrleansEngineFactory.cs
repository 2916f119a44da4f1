using Microsoft.Extensions.Logging;
using Orleans.Inference.Engines;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Scoring;

namespace Orleans.Inference.Grains.Engine;

/// <summary>Makes the engine that runs pipelines on a cluster of silos.</summary>
/// <param name="silo">The services of this process's silo, asked for when an engine starts.</param>
/// <param name="loggers">Where engines log.</param>
public sealed class OrleansEngineFactory(Func<IServiceProvider> silo, ILoggerFactory loggers) : IEngineFactory
{
    public string Name => "orleans";

    public IScoringEngine CreateEngine(PipelineModel pipeline, EngineParts parts, EngineOptions options) =>
        new OrleansEngine(pipeline, parts, options, silo, loggers.CreateLogger<OrleansEngine>());

    public IReplayEngine CreateReplay(PipelineModel pipeline, IModelCatalog models, IBatchOutput output, EngineOptions options) =>
        new OrleansReplay(pipeline, models, output, options);
}
