using Orleans.Inference.Grains.Entities;

namespace Orleans.Inference.Grains.Silos;

/// <summary>What one silo says to the others about one pipeline; its key is <c>silo/pipeline</c>, and it is on that silo.</summary>
[Alias("Orleans.Inference.ISiloDoorGrain")]
public interface ISiloDoorGrain : IGrainWithStringKey
{
    /// <summary>Saves everything that the silo's entities have changed before the call.</summary>
    [Alias("Flush")]
    ValueTask<EntityHost> FlushAsync();

    /// <summary>Takes a changed route at once; answers the revision the silo now scores by.</summary>
    [Alias("RefreshRoute")]
    ValueTask<int> RefreshRouteAsync();

    [Alias("Figures")]
    ValueTask<SiloFigures> FiguresAsync();

    /// <summary>An entity's last predictions among those made on the silo, in codec form, newest first.</summary>
    [Alias("History")]
    ValueTask<byte[][]> HistoryAsync([Immutable] byte[] entity, int limit);

    /// <summary>Every prediction made on the silo from now on, in codec form.</summary>
    [Alias("Feed")]
    IAsyncEnumerable<byte[]> FeedAsync(CancellationToken cancellationToken);
}

/// <summary>What a silo has counted for a pipeline since it started.</summary>
[GenerateSerializer, Immutable, Alias("Orleans.Inference.SiloFigures")]
public sealed class SiloFigures
{
    /// <summary>Events by outcome.</summary>
    [Id(0)]
    public required long[] Outcomes { get; init; }

    [Id(1)]
    public double EventsPerSecond { get; init; }

    /// <summary>Milliseconds; NaN without events.</summary>
    [Id(2)]
    public double LatencyP50Ms { get; init; }

    /// <summary>Milliseconds; NaN without events.</summary>
    [Id(3)]
    public double LatencyP99Ms { get; init; }

    /// <summary>Entities in memory by type.</summary>
    [Id(4)]
    public required long[] Entities { get; init; }

    /// <summary>Records not yet taken, by partition.</summary>
    [Id(5)]
    public required Dictionary<int, long> Lag { get; init; }

    [Id(6)]
    public long Commits { get; init; }

    /// <summary>Bytes of states and changes written.</summary>
    [Id(7)]
    public long WrittenBytes { get; init; }

    /// <summary>UTC ticks; 0 before the first.</summary>
    [Id(8)]
    public long LastCommitAt { get; init; }
}
