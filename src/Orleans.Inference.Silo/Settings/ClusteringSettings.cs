using System.Net;

namespace Orleans.Inference.Silo.Settings;

/// <summary>The section <c>Clustering</c>: how silos find each other.</summary>
internal sealed record ClusteringSettings
{
    public const string Section = "Clustering";

    /// <summary>Every key of the section, those of all providers.</summary>
    public static readonly IReadOnlyList<string> Keys =
    [
        "Provider", "ConnectionString", "AccountUri", "ClusterId", "ServiceId", "SiloPort", "GatewayPort", "AdvertisedAddress", "LeaveDelay",
    ];

    /// <summary>Name of an <see cref="Grains.Hosting.ISiloHosting"/>.</summary>
    public string Provider { get; init; } = "localhost";

    /// <summary>Silos with the same id form a cluster.</summary>
    public string ClusterId { get; init; } = "inference";

    /// <summary>Stays the same when a cluster is replaced by another over the same state.</summary>
    public string ServiceId { get; init; } = "inference";

    /// <summary>Where silos reach this one.</summary>
    public int SiloPort { get; init; } = 11_111;

    /// <summary>Where clients of the cluster reach this silo.</summary>
    public int GatewayPort { get; init; } = 30_000;

    /// <summary>The address others reach this silo by; null lets the silo choose one of the machine's.</summary>
    public IPAddress? AdvertisedAddress { get; init; }

    /// <summary>From the order to stop, when readiness ends, until the silo takes no more requests: load balancers need that long to look elsewhere. 5 s in a cluster.</summary>
    public TimeSpan LeaveDelay { get; init; }
}
