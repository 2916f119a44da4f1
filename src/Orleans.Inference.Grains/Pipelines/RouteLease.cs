using Orleans.Inference.Grains.Partitions;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Grains.Pipelines;

/// <summary>
/// The route a silo may score by, and until when. The supervisor renews it with every heartbeat; a silo that it cannot reach stops scoring before a changed route is answered
/// for, so that no event is scored by an old one after that. Any thread.
/// </summary>
internal sealed class RouteLease(RouteRevision first)
{
    /// <summary>How long a silo scores without having heard of the supervisor.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly List<WakeSignal> _waiting = [];
    private long _until = long.MinValue;

    /// <summary>The route to score by; what the pipeline file says before the first heartbeat.</summary>
    public RouteRevision Current { get; private set; } = first;

    /// <summary>Changes when a lease has ended before it was renewed: meanwhile another silo may have taken over what this one did.</summary>
    public int Term { get; private set; }

    public bool IsValid(long now) => now < Volatile.Read(ref _until);

    /// <param name="route">The supervisor's present route; its versions are loaded. An answer that comes late changes nothing back.</param>
    /// <param name="askedAt">When the heartbeat was sent that it answered, in the silo's ticks: the lease counts from there.</param>
    public void Renew(RouteRevision route, long askedAt)
    {
        lock (_gate)
        {
            if (route.Number < Current.Number)
            {
                return;
            }

            Term += askedAt > _until ? 1 : 0;
            Current = route;
            Volatile.Write(ref _until, Math.Max(_until, askedAt + Duration.Ticks));
            foreach (var waiting in _waiting)
            {
                waiting.Set();
            }

            _waiting.Clear();
        }
    }

    /// <summary>Waits until there is a lease. Almost always there is.</summary>
    public async ValueTask WaitAsync(Func<long> now, CancellationToken cancellationToken)
    {
        while (!IsValid(now()))
        {
            var signal = new WakeSignal();
            lock (_gate)
            {
                _waiting.Add(signal);
            }

            if (IsValid(now()))
            {
                return;
            }

            await signal.WaitAsync(cancellationToken);
        }
    }
}
