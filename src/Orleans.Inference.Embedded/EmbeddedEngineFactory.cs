using Microsoft.Extensions.Logging;
using Orleans.Inference.Engines;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Scoring;

namespace Orleans.Inference.Embedded;

/// <summary>The engine of one process: <c>--engine embedded</c>.</summary>
public sealed class EmbeddedEngineFactory(ILoggerFactory loggers) : IEngineFactory
{
    public string Name => "embedded";

    public IScoringEngine CreateEngine(PipelineModel pipeline, EngineParts parts, EngineOptions options) =>
        new EmbeddedEngine(pipeline, parts, options, loggers.CreateLogger("Orleans.Inference.Engine"));

    public IReplayEngine CreateReplay(PipelineModel pipeline, IModelCatalog models, IBatchOutput output, EngineOptions options) =>
        new EmbeddedReplay(pipeline, models, output, options);
}
