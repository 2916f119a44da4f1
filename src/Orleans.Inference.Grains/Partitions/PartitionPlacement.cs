using System.Globalization;
using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace Orleans.Inference.Grains.Partitions;

/// <summary>
/// Spreads a pipeline's partitions evenly: partition p belongs to silo p mod n of the n sorted silos. Any silo comes to the same answer, also one that only forwards a call.
/// </summary>
[GenerateSerializer, Immutable]
public sealed class PartitionPlacement : PlacementStrategy
{
    internal static readonly PartitionPlacement Singleton = new();

    /// <summary>The silo a partition belongs to.</summary>
    internal static SiloAddress HomeOf(int partition, IReadOnlyList<SiloAddress> sortedSilos) => sortedSilos[partition % sortedSilos.Count];

    /// <summary>The partition in a grain's key, <c>pipeline/partition</c>.</summary>
    internal static int PartitionOf(string key) => int.Parse(key.AsSpan(key.LastIndexOf('/') + 1), NumberStyles.None, CultureInfo.InvariantCulture);
}

[AttributeUsage(AttributeTargets.Class)]
internal sealed class PartitionPlacementAttribute() : PlacementAttribute(PartitionPlacement.Singleton);

internal sealed class PartitionPlacementDirector : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context) =>
        Task.FromResult(PartitionPlacement.HomeOf(
            PartitionPlacement.PartitionOf(target.GrainIdentity.Key.ToString()!), [.. context.GetCompatibleSilos(target).Order()]));
}
