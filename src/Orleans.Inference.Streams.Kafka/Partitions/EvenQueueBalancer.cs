using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Streams;

namespace Orleans.Inference.Streams.Kafka;

/// <summary>
/// The default balancer: the active silos share the partitions as evenly as numbers allow, and few move when a silo comes or goes. Every silo
/// computes the same from membership (<see cref="PartitionShares"/>); none is asked.
/// </summary>
internal sealed class EvenQueueBalancer(IServiceProvider services, ILogger<EvenQueueBalancer> logger) : QueueBalancerBase(services, logger)
{
    private readonly SiloAddress _self = services.GetRequiredService<ILocalSiloDetails>().SiloAddress;
    private QueueId[] _queues = [];
    private volatile QueueId[] _mine = [];

    public static IStreamQueueBalancer Create(IServiceProvider services, string name) => ActivatorUtilities.CreateInstance<EvenQueueBalancer>(services);

    public override Task Initialize(IStreamQueueMapper queueMapper)
    {
        _queues = [.. queueMapper.GetAllQueues().OrderBy(queue => queue.GetNumericId())];
        return base.Initialize(queueMapper);
    }

    public override IEnumerable<QueueId> GetMyQueues() => _mine;

    protected override void OnClusterMembershipChange(HashSet<SiloAddress> activeSilos)
    {
        SiloAddress[] silos = [.. activeSilos.Order()];
        var shares = PartitionShares.Of(_queues.Length, [.. silos.Select(silo => silo.GetConsistentHashCode().ToString(CultureInfo.InvariantCulture))]);
        var self = Array.IndexOf(silos, _self);

        // Not yet or no longer active: others have all of them.
        _mine = self < 0 ? [] : [.. _queues.Where((_, i) => shares[i] == self)];
        NotifyListeners().Ignore();
    }
}
