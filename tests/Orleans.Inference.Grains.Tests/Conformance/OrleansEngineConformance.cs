using Orleans.Inference.Conformance.Engines;
using Orleans.Inference.Engines;
using Orleans.Inference.Grains.Tests.Clusters;

namespace Orleans.Inference.Grains.Tests.Conformance;

/// <summary>One silo does what every live engine must.</summary>
public sealed class OneSiloConformance : ScoringEngineConformance
{
    protected override IEngineFactory CreateFactory() => new ClusterEngineFactory(silos: 1);
}

/// <summary>Three silos do what every live engine must.</summary>
public sealed class ThreeSilosConformance : ScoringEngineConformance
{
    protected override IEngineFactory CreateFactory() => new ClusterEngineFactory(silos: 3);
}

/// <summary>The Orleans engine does what every engine must in a replay.</summary>
public sealed class OrleansReplayConformance : ReplayEngineConformance
{
    protected override IEngineFactory CreateFactory() => new ClusterEngineFactory(silos: 1);
}
