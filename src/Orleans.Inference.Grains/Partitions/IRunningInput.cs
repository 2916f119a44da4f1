namespace Orleans.Inference.Grains.Partitions;

/// <summary>An input that runs on this silo. Any thread.</summary>
internal interface IRunningInput
{
    /// <summary>The input's clock where it would begin again: UTC ticks, or long.MinValue before the first event.</summary>
    long Clock { get; }

    /// <summary>It holds records that may be of any time, for want of a clock.</summary>
    bool MayBringAnyTime { get; }

    /// <summary>Source partition, or -1 for the HTTP door.</summary>
    int Partition { get; }

    /// <summary>Records of the partition not yet taken; -1 when it cannot be told.</summary>
    long Lag { get; }

    /// <summary>Takes no more, publishes and commits what it has taken, and ends.</summary>
    Task StopAsync();
}
