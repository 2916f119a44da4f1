using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace Orleans.Inference.Grains.Silos;

/// <summary>Places a grain on the silo that its key names.</summary>
[GenerateSerializer, Immutable]
public sealed class SiloPlacement : PlacementStrategy
{
    internal static readonly SiloPlacement Singleton = new();
}

[AttributeUsage(AttributeTargets.Class)]
internal sealed class SiloPlacementAttribute() : PlacementAttribute(SiloPlacement.Singleton);

internal sealed class SiloPlacementDirector : IPlacementDirector
{
    /// <exception cref="InferenceException">The silo is not in the cluster any more.</exception>
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var silo = SiloAddress.FromParsableString(target.GrainIdentity.Key.ToString()!.Split('/')[0]);
        return context.GetCompatibleSilos(target).Contains(silo)
            ? Task.FromResult(silo)
            : throw new InferenceException($"Silo {silo} has left the cluster.");
    }
}
