namespace Orleans.Inference.Grains.Partitions;

/// <summary>One source partition of a pipeline; its key is <c>pipeline/partition</c>.</summary>
[Alias("Orleans.Inference.IPartitionGrain")]
public interface IPartitionGrain : IGrainWithStringKey
{
    /// <summary>Starts the partition where it does not run, and says how it is.</summary>
    [Alias("Beat")]
    ValueTask<PartitionStatus> BeatAsync();

    /// <summary>Commits and leaves this silo.</summary>
    [Alias("Move")]
    ValueTask MoveAsync();

    /// <summary>Waits until everything up to and including the offset has been scored; false when the timeout came first.</summary>
    [Alias("WaitForOffset")]
    ValueTask<bool> WaitForOffsetAsync(long offset, TimeSpan timeout);
}

/// <summary>How a partition is.</summary>
[GenerateSerializer, Immutable, Alias("Orleans.Inference.PartitionStatus")]
public sealed class PartitionStatus
{
    /// <summary>Where it runs.</summary>
    [Id(0)]
    public required Orleans.Runtime.SiloAddress Silo { get; init; }

    /// <summary>Why it does not take records; null when it does.</summary>
    [Id(1)]
    public string? NotReady { get; init; }

    /// <summary>Its clock: UTC ticks, or long.MinValue before the first event.</summary>
    [Id(2)]
    public long Clock { get; init; }

    /// <summary>It may bring events of any time, for want of a clock.</summary>
    [Id(3)]
    public bool MayBringAnyTime { get; init; }

    /// <summary>Records not yet taken; -1 when it cannot be told.</summary>
    [Id(4)]
    public long Lag { get; init; }
}
