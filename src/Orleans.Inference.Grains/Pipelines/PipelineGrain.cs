using Orleans.Concurrency;
using Orleans.Inference.Routing;
using Orleans.Placement;

namespace Orleans.Inference.Grains.Pipelines;

/// <summary>
/// Owns what a pipeline has once in the cluster: which silo runs which partition, how old an event can still be, and the route. Any silo's heartbeat brings it back when its own
/// silo is lost.
/// </summary>
[Reentrant, PreferLocalPlacement, KeepAlive]
internal sealed class PipelineGrain(SiloPipelines pipelines, IClusterMembershipService membership, IGrainFactory grains, IGrainContext context)
    : IGrainBase, IPipelineGrain, IIncomingGrainCallFilter
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<SiloAddress, SiloReport> _reports = [];
    private readonly SemaphoreSlim _changing = new(1);
    private RouteState? _route;
    private PartitionPlan? _plan;
    private SiloPipeline? _pipeline;
    private IGrainTimer? _timer;

    public IGrainContext GrainContext => context;

    public async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _pipeline = await pipelines.GetAsync(context.GrainId.Key.ToString()!, cancellationToken);
        _route = await RouteState.ReadAsync(_pipeline, cancellationToken);
        _plan = new PartitionPlan(_pipeline, grains);
        _timer = this.RegisterGrainTimer(SuperviseAsync, new GrainTimerCreationOptions(TimeSpan.Zero, Period) { KeepAlive = true });
    }

    public async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _timer?.Dispose();
        await _plan!.StopAsync();
    }

    public Task Invoke(IIncomingGrainCallContext call) => _pipeline!.Calls.MeasureAsync(call);

    public ValueTask<SiloOrders> HeartbeatAsync(SiloReport report)
    {
        _reports[report.Silo] = report;
        return new(new SiloOrders { Route = RouteRevisionJson.Encode(_route!.Current), Horizon = _plan!.Horizon(_reports.Values), NotReady = _plan.NotReady });
    }

    public async ValueTask<byte[]> SetRouteAsync(int champion, float? fallbackValue, int? fallbackVersion, string author)
    {
        await _changing.WaitAsync();
        try
        {
            var fallback = fallbackValue is null && fallbackVersion is null ? null : new FallbackModel(fallbackValue, fallbackVersion);
            var next = await _route!.ChangeAsync(new RouteModel(champion, fallback), author);

            // A silo that does not answer within the lease's duration has stopped scoring by itself.
            await Task.WhenAll(Silos().Select(silo => ConfirmAsync(silo, next.Number)));
            return RouteRevisionJson.Encode(next);
        }
        finally
        {
            _changing.Release();
            if (_route!.IsLost)
            {
                // The next activation reads what the other has stored.
                context.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "another supervisor has changed the route"));
            }
        }
    }

    private async Task ConfirmAsync(SiloAddress silo, int revision)
    {
        var time = _pipeline!.Parts.Time;
        var started = time.GetTimestamp();
        while (time.GetElapsedTime(started) is var elapsed && elapsed < RouteLease.Duration)
        {
            try
            {
                if (await _pipeline.Doors.Of(silo).RefreshRouteAsync().AsTask().WaitAsync(RouteLease.Duration - elapsed, time) >= revision)
                {
                    return;
                }
            }
            catch (Exception exception) when (exception is OrleansException or TimeoutException or InferenceException)
            {
                SiloLog.SupervisorFails(_pipeline.Logger, _pipeline.Pipeline.Name, exception.Message);
            }

            await Task.Delay(Period, time);
        }
    }

    private List<SiloAddress> Silos() =>
    [
        .. membership.CurrentSnapshot.Members.Values
            .Where(member => member.Status == SiloStatus.Active)
            .Select(member => member.SiloAddress)
            .Order(),
    ];

    private Task SuperviseAsync(CancellationToken cancellationToken)
    {
        var silos = Silos();
        foreach (var gone in _reports.Keys.Except(silos).ToList())
        {
            _reports.Remove(gone);
        }

        // A silo runs partitions once its engine has said that it is there.
        return _plan!.SuperviseAsync([.. silos.Where(silo => _reports.TryGetValue(silo, out var report) && !report.IsLeaving)]);
    }
}
