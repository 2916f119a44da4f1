using Orleans.Inference.Grains.Entities;

namespace Orleans.Inference.Grains.Partitions;

/// <summary>What the entities of a batch have told about themselves.</summary>
/// <param name="capacity">Rows a batch can have.</param>
internal sealed class TouchedEntities(int capacity)
{
    /// <summary>The silos that hold the batch's unsaved changes.</summary>
    public HashSet<EntityHost> Hosts { get; } = [];

    /// <summary>Row for row, the primary entities that are on this silo; null for the others.</summary>
    public LocalEntity?[] Primaries { get; } = new LocalEntity?[capacity];

    /// <param name="rows">Rows that the batch had.</param>
    public void Clear(int rows)
    {
        Hosts.Clear();
        Array.Clear(Primaries, 0, rows);
    }
}
