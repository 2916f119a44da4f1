namespace Orleans.Inference.Grains.Entities;

/// <summary>Where entities placed by hash belong among the silos that are there now: as Orleans' own hash placement says.</summary>
/// <param name="Silo">This silo.</param>
/// <param name="Silos">All active silos, sorted.</param>
internal sealed record EntityHomes(SiloAddress Silo, IReadOnlyList<SiloAddress> Silos)
{
    public SiloAddress Of(GrainId id) => Silos[(int)(id.GetUniformHashCode() & int.MaxValue) % Silos.Count];
}
