using Orleans.Inference.Api.Health;

namespace Orleans.Inference.Silo.Running;

/// <summary>Whether this silo is a member of its cluster that callers may be sent to. Any thread.</summary>
internal sealed class SiloState(ISiloStatusOracle silo, TimeSpan leaveDelay, TimeProvider time) : IReadinessCheck
{
    private volatile bool _isLeaving;

    public string? NotReady => _isLeaving ? "the silo is leaving the cluster"
        : silo.CurrentStatus != SiloStatus.Active ? $"the silo is {silo.CurrentStatus.ToString().ToLowerInvariant()}, not active"
        : null;

    /// <summary>From now on not ready; completes when those who ask have had time to notice.</summary>
    public Task LeaveAsync()
    {
        _isLeaving = true;
        return Task.Delay(leaveDelay, time);
    }
}
