using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Inference.Embedded;
using Orleans.Inference.Engines;

namespace Orleans.Inference.Conformance.Engines;

public sealed class EmbeddedReplayConformance : ReplayEngineConformance
{
    protected override IEngineFactory CreateFactory() => new EmbeddedEngineFactory(NullLoggerFactory.Instance);
}

public sealed class EmbeddedScoringConformance : ScoringEngineConformance
{
    protected override IEngineFactory CreateFactory() => new EmbeddedEngineFactory(NullLoggerFactory.Instance);
}
