using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Inference.Conformance.Engines;
using Orleans.Inference.Engines;
using Orleans.Inference.Grains.Engine;
using Orleans.Inference.Grains.Pipelines;
using Orleans.Inference.Pipelines;
using Orleans.TestingHost;

namespace Orleans.Inference.Grains.Tests.Clusters;

/// <summary>Silos of one cluster in this process, each with an engine of the same pipeline; disposing stops engines, then silos.</summary>
internal sealed class TestSilos : IAsyncDisposable
{
    private readonly PipelineModel _pipeline;
    private readonly EngineParts _parts;
    private readonly EngineOptions _options;
    private readonly Dictionary<string, IScoringEngine> _engines = [];

    private TestSilos(InProcessTestCluster cluster, PipelineModel pipeline, EngineParts parts, EngineOptions options)
    {
        Cluster = cluster;
        _pipeline = pipeline;
        _parts = parts;
        _options = options;
    }

    public InProcessTestCluster Cluster { get; }

    /// <summary>The engine of each silo, by the silo's name.</summary>
    public IReadOnlyDictionary<string, IScoringEngine> Engines => _engines;

    public IScoringEngine First => _engines[Cluster.Silos[0].Name];

    /// <param name="count">How many silos.</param>
    /// <param name="pipeline">What they run.</param>
    /// <param name="parts">Shared by all of them.</param>
    /// <param name="options">How.</param>
    /// <param name="configure">What else each silo gets, such as storage.</param>
    public static async Task<TestSilos> StartAsync(
        int count, PipelineModel pipeline, EngineParts parts, EngineOptions options, Action<ISiloBuilder>? configure = null)
    {
        var builder = new InProcessTestClusterBuilder((short)count);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddInference();
            silo.Configure<ClusterMembershipOptions>(membership =>
            {
                // A killed silo is found out within seconds.
                membership.ProbeTimeout = TimeSpan.FromSeconds(1);
                membership.NumMissedProbesLimit = 3;
                membership.TableRefreshTimeout = TimeSpan.FromSeconds(3);
            });
            silo.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
            configure?.Invoke(silo);
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        var silos = new TestSilos(cluster, pipeline, parts, options);
        foreach (var silo in cluster.Silos)
        {
            // One after the other, so that what is once in the cluster is on the first silo.
            var engine = await silos.StartEngineAsync(silo);
            await LiveEngine.UntilAsync(() => engine.Readiness.IsReady || silos._engines.Count > 1 || parts.Transport is not null, "the first silo's readiness");
        }

        return silos;
    }

    /// <summary>Starts the pipeline on a silo of the cluster.</summary>
    public async Task<IScoringEngine> StartEngineAsync(InProcessSiloHandle silo)
    {
        var factory = new OrleansEngineFactory(() => silo.ServiceProvider, silo.ServiceProvider.GetRequiredService<ILoggerFactory>());
        var engine = _engines[silo.Name] = factory.CreateEngine(_pipeline, _parts, _options);
        await engine.StartAsync(TestContext.Current.CancellationToken);
        return engine;
    }

    /// <summary>The inputs that run on a silo.</summary>
    public async Task<IEnumerable<string>> RunningOnAsync(InProcessSiloHandle silo) => (await PipelineOn(silo)).Inputs.Keys;

    /// <summary>Entities in a silo's memory.</summary>
    public async Task<long> EntitiesOnAsync(InProcessSiloHandle silo)
    {
        var pipeline = await PipelineOn(silo);
        return _pipeline.Entities.Sum(entity => pipeline.Entities.CountOf(entity.Index));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var engine in _engines.Values)
        {
            await engine.DisposeAsync();
        }

        await Cluster.StopAllSilosAsync();
        await Cluster.DisposeAsync();
    }

    private ValueTask<SiloPipeline> PipelineOn(InProcessSiloHandle silo) =>
        silo.ServiceProvider.GetRequiredService<SiloPipelines>().GetAsync(_pipeline.Name, TestContext.Current.CancellationToken);
}
