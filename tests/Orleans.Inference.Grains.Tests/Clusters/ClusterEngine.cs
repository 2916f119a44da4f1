using Orleans.Inference.Delivery;
using Orleans.Inference.Engines;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Grains.Tests.Clusters;

/// <summary>The engine of a cluster's first silo; the others start and stop with it.</summary>
internal sealed class ClusterEngine(int count, PipelineModel pipeline, EngineParts parts, EngineOptions options) : IScoringEngine
{
    private static readonly EngineReadiness NotStarted = new(false, "not started");

    private TestSilos? _silos;

    public PipelineModel Pipeline => pipeline;

    public EngineFigures Figures => First.Figures;

    public EngineReadiness Readiness =>
        _silos is null ? NotStarted : _silos.Engines.Values.Select(engine => engine.Readiness).FirstOrDefault(state => !state.IsReady) ?? EngineReadiness.Ready;

    public RouteRevision Route => First.Route;

    public Task Completion => First.Completion;

    private IScoringEngine First => _silos!.First;

    public async Task StartAsync(CancellationToken cancellationToken) => _silos = await TestSilos.StartAsync(count, pipeline, parts, options);

    public Task StopAsync(CancellationToken cancellationToken) => First.StopAsync(cancellationToken);

    public ValueTask<ScoreReply> ScoreAsync(ReadOnlyMemory<byte> json, ScoreOptions options, CancellationToken cancellationToken) =>
        First.ScoreAsync(json, options, cancellationToken);

    public ValueTask<SubmitReply> SubmitAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> events, bool waitUntilScored, CancellationToken cancellationToken) =>
        First.SubmitAsync(events, waitUntilScored, cancellationToken);

    public ValueTask<byte[]?> LatestAsync(string entity, CancellationToken cancellationToken) => First.LatestAsync(entity, cancellationToken);

    public ValueTask<IReadOnlyList<byte[]>> HistoryAsync(string entity, int limit, CancellationToken cancellationToken) =>
        First.HistoryAsync(entity, limit, cancellationToken);

    public ValueTask<bool> WaitForOffsetAsync(PartitionOffset position, TimeSpan timeout, CancellationToken cancellationToken) =>
        First.WaitForOffsetAsync(position, timeout, cancellationToken);

    public ValueTask<EntityReply?> EntityAsync(int entityType, string key, long? at, CancellationToken cancellationToken) =>
        First.EntityAsync(entityType, key, at, cancellationToken);

    public ValueTask<RouteReply> SetRouteAsync(RouteModel route, string author, CancellationToken cancellationToken) =>
        First.SetRouteAsync(route, author, cancellationToken);

    public IAsyncEnumerable<byte[]> SubscribeAsync(CancellationToken cancellationToken) => First.SubscribeAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_silos is not null)
        {
            await _silos.DisposeAsync();
        }
    }
}
