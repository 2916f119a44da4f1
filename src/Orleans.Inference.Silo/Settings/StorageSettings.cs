namespace Orleans.Inference.Silo.Settings;

/// <summary>The section <c>Storage</c>: where state outlives the silos.</summary>
internal sealed record StorageSettings
{
    public const string Section = "Storage";

    /// <summary>Every key of the section, those of all providers.</summary>
    public static readonly IReadOnlyList<string> Keys = ["Provider", "ConnectionString", "AccountUri"];

    /// <summary>Name of an <see cref="Grains.Hosting.ISiloHosting"/>.</summary>
    public string Provider { get; init; } = "memory";
}
