using Orleans.Inference.Routing;

namespace Orleans.Inference.Embedded.Processing;

/// <summary>The place between two batches from which another route scores. It passes scoring like a batch, and no shard.</summary>
internal sealed class RouteSwitch(RouteRevision route) : OrderedWork
{
    public RouteRevision Route { get; } = route;
}
