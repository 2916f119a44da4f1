using Orleans.Concurrency;
using Orleans.Placement;

namespace Orleans.Inference.Grains.Pipelines;

/// <summary>
/// Owns what a pipeline has once in the cluster: which silo runs which partition, how old an event can still be, and the route. Any silo's heartbeat brings it back when its own
/// silo is lost.
/// </summary>
[Reentrant, PreferLocalPlacement, KeepAlive]
internal sealed class PipelineGrain(SiloPipelines pipelines, IClusterMembershipService membership, IGrainFactory grains, IGrainContext context)
    : IGrainBase, IPipelineGrain
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<SiloAddress, SiloReport> _reports = [];
    private PartitionPlan? _plan;
    private SiloPipeline? _pipeline;
    private IGrainTimer? _timer;

    public IGrainContext GrainContext => context;

    public async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _pipeline = await pipelines.GetAsync(context.GrainId.Key.ToString()!, cancellationToken);
        _plan = new PartitionPlan(_pipeline, grains);
        _timer = this.RegisterGrainTimer(SuperviseAsync, new GrainTimerCreationOptions(TimeSpan.Zero, Period) { KeepAlive = true });
    }

    public async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _timer?.Dispose();
        await _plan!.StopAsync();
    }

    public ValueTask<SiloOrders> HeartbeatAsync(SiloReport report)
    {
        _reports[report.Silo] = report;
        return new(new SiloOrders { Revision = 1, Horizon = _plan!.Horizon(_reports.Values), NotReady = _plan.NotReady });
    }

    private Task SuperviseAsync(CancellationToken cancellationToken)
    {
        var silos = membership.CurrentSnapshot.Members.Values
            .Where(member => member.Status == SiloStatus.Active)
            .Select(member => member.SiloAddress)
            .Order()
            .ToList();
        foreach (var gone in _reports.Keys.Except(silos).ToList())
        {
            _reports.Remove(gone);
        }

        // A silo runs partitions once its engine has said that it is there.
        return _plan!.SuperviseAsync([.. silos.Where(silo => _reports.TryGetValue(silo, out var report) && !report.IsLeaving)]);
    }
}
