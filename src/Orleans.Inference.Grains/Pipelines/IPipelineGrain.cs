namespace Orleans.Inference.Grains.Pipelines;

/// <summary>The supervisor of a pipeline, one in the cluster; its key is the pipeline's name.</summary>
[Alias("Orleans.Inference.IPipelineGrain")]
public interface IPipelineGrain : IGrainWithStringKey
{
    /// <summary>A silo says how it is, every half second, and hears what it needs to score.</summary>
    [Alias("Heartbeat")]
    ValueTask<SiloOrders> HeartbeatAsync(SiloReport report);

    /// <summary>
    /// Makes a route that has been found fit the next revision. Answers when every silo scores by it, or has stopped scoring because it cannot be reached.
    /// </summary>
    [Alias("SetRoute")]
    ValueTask<byte[]> SetRouteAsync(int champion, float? fallbackValue, int? fallbackVersion, string author);
}

/// <summary>How a silo is.</summary>
[GenerateSerializer, Immutable, Alias("Orleans.Inference.SiloReport")]
public sealed class SiloReport
{
    [Id(0)]
    public required SiloAddress Silo { get; init; }

    /// <summary>It is stopping: its inputs go elsewhere.</summary>
    [Id(1)]
    public bool IsLeaving { get; init; }

    /// <summary>
    /// Clock of the HTTP door as of its last commit, where it is on this silo: UTC ticks; long.MinValue while it has taken events and committed none, long.MaxValue when it has
    /// taken none or is elsewhere.
    /// </summary>
    [Id(2)]
    public long HttpClock { get; init; } = long.MaxValue;
}

/// <summary>What a silo needs to score.</summary>
[GenerateSerializer, Immutable, Alias("Orleans.Inference.SiloOrders")]
public sealed class SiloOrders
{
    /// <summary>The route and its revision, as <see cref="Routing.RouteRevisionJson"/>.</summary>
    [Id(0)]
    public required byte[] Route { get; init; }

    /// <summary>No event to come on any source partition can be older: UTC ticks; long.MaxValue without source, long.MinValue when any can.</summary>
    [Id(1)]
    public required long Horizon { get; init; }

    /// <summary>Why the cluster does not take the pipeline's records; null when it does.</summary>
    [Id(2)]
    public string? NotReady { get; init; }
}
