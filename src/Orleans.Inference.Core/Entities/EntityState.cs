using Orleans.Inference.Windows;

namespace Orleans.Inference.Entities;

/// <summary>What one entity owns. Its shard alone changes it; <see cref="Latest"/> may be read by any thread.</summary>
public sealed class EntityState
{
    internal EntityState(byte[] key, ulong hash, FoldPlan plan)
    {
        Key = key;
        Hash = hash;
        Windows = new EntityWindows(plan);
    }

    /// <summary>UTF-8.</summary>
    public byte[] Key { get; }

    /// <summary>xxHash64 of the key, seed 0.</summary>
    public ulong Hash { get; }

    internal EntityWindows Windows { get; }

    /// <summary>Starts to bring what the entity's next event will touch into the cache.</summary>
    public void Prefetch() => Windows.Prefetch();

    /// <summary>Event time of the entity's newest event: UTC ticks.</summary>
    public long UpdatedAt => Windows.Time;

    /// <summary>Its latest prediction; null before the first, and always for a secondary entity.</summary>
    public LatestPrediction? Latest { get; private set; }

    /// <summary>Replaces the latest prediction, given in codec form. The output's thread, or whoever restores the entity.</summary>
    public void SetLatest(ReadOnlySpan<byte> prediction) => (Latest ??= new LatestPrediction()).Write(prediction);

    /// <summary>The checkpoint that saw the entity last; for the engine to tell idle ones.</summary>
    public long TouchedAt { get; set; }

    /// <summary>The checkpoint that will log the entity's latest prediction; the output's own mark.</summary>
    public long PredictedAt { get; set; }

    /// <summary>The checkpoint that wrote the entity whole last; 0 before the first.</summary>
    public long WrittenAt { get; set; }

    /// <summary>The checkpoint whose log holds the first change that no whole write holds; 0 when there is none.</summary>
    public long UnsavedSince { get; set; }
}
