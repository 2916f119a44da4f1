namespace Orleans.Inference.Silo.Settings;

/// <summary>The section <c>Storage</c>: where state outlives the silos.</summary>
internal static class StorageSettings
{
    public const string Section = "Storage";

    /// <summary>Every key of the section, those of all providers.</summary>
    public static readonly IReadOnlyList<string> Keys = ["Provider", "ConnectionString", "AccountUri"];

    /// <summary>The <see cref="Grains.Hosting.ISiloHosting"/> that keeps state where nothing else is said: a lone silo has a folder as the embedded engine has, a cluster has none.</summary>
    public static string ProviderFor(string clustering) => clustering == new ClusteringSettings().Provider ? "folder" : "memory";
}
