using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Inference.Engines;
using Orleans.Inference.Grains.Entities;
using Orleans.Inference.Grains.Partitions;
using Orleans.Inference.Grains.Pipelines;
using Orleans.Inference.Grains.Storage;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Routing;
using Orleans.Inference.Serving.Inputs;

namespace Orleans.Inference.Grains.Engine;

/// <summary>
/// A pipeline on one silo of a cluster: brings it to the silo, keeps in touch with its supervisor, and answers HTTP from wherever in the cluster the answer is.
/// </summary>
internal sealed partial class OrleansEngine(
    PipelineModel pipeline, EngineParts parts, EngineOptions options, Func<IServiceProvider> silo, ILogger logger) : IScoringEngine
{
    private static readonly TimeSpan HeartbeatPeriod = TimeSpan.FromMilliseconds(500);

    // A silo that has died beneath the engine leaves calls that never end.
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);

    // Moving costs a write and a read: entities go in steps that the store does not feel.
    private static readonly TimeSpan MovePeriod = TimeSpan.FromSeconds(1);
    private const int MostMovesAtOnce = 5_000;

    // After a change of the cluster, silos that have not heard of it may go on placing entities as before for a while. Every pass looks at every entity.
    private const int QuietPasses = 10;

    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private readonly EventValidator _validator = new(pipeline, parts.Time);
    private readonly RequestGate _requests = new();
    private readonly MovePatience _patience = new();
    private SiloPipeline? _local;
    private IGrainFactory? _grains;
    private IClusterMembershipService? _membership;
    private Task _running = Task.CompletedTask;
    private bool _isDisposed;
    private volatile string? _notReady = "starting";

    public PipelineModel Pipeline => pipeline;

    public Task Completion => _completion.Task;

    public EngineReadiness Readiness => _notReady is { } reason ? new EngineReadiness(false, reason)
        : !_local!.Route.IsValid(_local.Ticks) ? new EngineReadiness(false, "out of touch with the cluster")
        : EngineReadiness.Ready;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var services = silo();
        var store = services.GetService<IEntityStore>() ?? new StateStoreEntityStore(parts.Store);
        _grains = services.GetRequiredService<IGrainFactory>();
        _membership = services.GetRequiredService<IClusterMembershipService>();
        var local = new SiloPipeline(
            pipeline, parts, options, store, services.GetRequiredService<ILocalSiloDetails>().SiloAddress, _grains, logger);
        local.Heartbeat = () => HeartbeatAsync(local);
        await store.OpenAsync(cancellationToken);
        await new PipelineDefinition(local).CheckAsync(cancellationToken);
        services.GetRequiredService<SiloPipelines>().Add(local);
        _local = local;
        _running = Task.WhenAll(HeartbeatsAsync(local), LetIdleEntitiesGoAsync(local), MoveMisplacedEntitiesAsync(local), PollFiguresAsync(local));
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _notReady = "stopping";
        if (_local is { IsLeaving: false } local)
        {
            await _requests.CloseAsync().WaitAsync(cancellationToken);
            local.IsLeaving = true;
            await HeartbeatOnceAsync(local).WaitAsync(cancellationToken);
            await Task.WhenAll(local.Inputs.Values.Select(input => input.StopAsync())).WaitAsync(cancellationToken);
            await local.Writer.FlushAsync().WaitAsync(cancellationToken);
            local.Feed.Complete();
        }

        await _stopping.CancelAsync();
        await _running.WaitAsync(cancellationToken);
        _completion.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            using var patience = new CancellationTokenSource(StopPatience, parts.Time);
            try
            {
                await StopAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                SiloLog.EngineAbandoned(logger, pipeline.Name, StopPatience.TotalSeconds);
                await _stopping.CancelAsync();
                _completion.TrySetResult();
            }

            _stopping.Dispose();
        }
    }

    /// <summary>Keeps in touch with the supervisor; the answers renew the silo's lease on the route.</summary>
    private async Task HeartbeatsAsync(SiloPipeline local)
    {
        while (!_stopping.IsCancellationRequested)
        {
            await HeartbeatOnceAsync(local);
            await DelayAsync(HeartbeatPeriod);
        }
    }

    private async Task HeartbeatOnceAsync(SiloPipeline local)
    {
        try
        {
            await HeartbeatAsync(local);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            if (!local.IsLeaving)
            {
                SiloLog.SupervisorFails(logger, pipeline.Name, exception.Message);
            }
        }
    }

    private async Task HeartbeatAsync(SiloPipeline local)
    {
        var askedAt = local.Ticks;
        var door = local.Inputs.GetValueOrDefault("http");
        var orders = await _grains!.GetGrain<IPipelineGrain>(pipeline.Name).HeartbeatAsync(new SiloReport
        {
            Silo = local.Silo,
            IsLeaving = local.IsLeaving,
            HttpClock = door is null or { Clock: long.MinValue, MayBringAnyTime: false } ? long.MaxValue : door.Clock,
        });
        local.Horizon = orders.Horizon;
        var route = RouteRevisionJson.Decode(orders.Route);
        if (route.Number != local.Route.Current.Number || !local.Route.IsValid(local.Ticks))
        {
            // Before the silo answers for it; events go on by the route before meanwhile, for as long as the lease allows.
            await Task.Run(() => local.Versions.Load(route.Route));
        }

        local.Route.Renew(route, askedAt);
        if (!local.IsLeaving && _notReady is not "stopping")
        {
            _notReady = _patience.Judge(orders.NotReady, askedAt) ?? await OpenDoorAsync();
        }
    }

    /// <summary>The door is opened with the engine, so that the first request does not wait for it.</summary>
    private async Task<string?> OpenDoorAsync()
    {
        if (_notReady is not null)
        {
            await Door.OpenAsync();
        }

        return null;
    }

    private IHttpDoorGrain Door => _grains!.GetGrain<IHttpDoorGrain>(pipeline.Name);

    private async Task LetIdleEntitiesGoAsync(SiloPipeline local)
    {
        var period = TimeSpan.FromTicks(Math.Clamp(options.IdleAfter.Ticks / 4, TimeSpan.TicksPerMillisecond * 5, TimeSpan.TicksPerMinute));
        var sweeps = (int)Math.Min(int.MaxValue, Math.Ceiling(options.IdleAfter / period));
        while (!_stopping.IsCancellationRequested)
        {
            await DelayAsync(period);
            local.Entities.DeactivateIdle(sweeps);
        }
    }

    /// <summary>A silo that has joined gets its share of the entities that are placed by hash.</summary>
    private async Task MoveMisplacedEntitiesAsync(SiloPipeline local)
    {
        var seen = MembershipVersion.MinValue;
        var quietPasses = 0;
        while (!_stopping.IsCancellationRequested)
        {
            await DelayAsync(MovePeriod);
            if (seen != _membership!.CurrentSnapshot.Version)
            {
                (seen, quietPasses) = (_membership.CurrentSnapshot.Version, 0);
            }

            if (quietPasses < QuietPasses && !local.IsLeaving)
            {
                List<SiloAddress> silos = [local.Silo, .. OthersOf(local)];
                var moved = local.Entities.MoveMisplaced(new EntityHomes(local.Silo, [.. silos.Order()]), MostMovesAtOnce);
                quietPasses = moved == 0 ? quietPasses + 1 : 0;
            }
        }
    }

    private async Task DelayAsync(TimeSpan time)
    {
        try
        {
            await Task.Delay(time, parts.Time, _stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // The loop looks.
        }
    }
}
