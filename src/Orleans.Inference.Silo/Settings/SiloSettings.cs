using Microsoft.Extensions.Configuration;
using Orleans.Inference.Grains.Hosting;
using Orleans.Inference.Silo.Hosting;

namespace Orleans.Inference.Silo.Settings;

/// <summary>The silo's settings, checked.</summary>
/// <param name="Clustering">How silos find each other.</param>
/// <param name="ClusteringHosting">Who does it.</param>
/// <param name="StorageHosting">Who keeps state.</param>
internal sealed record SiloSettings(ClusteringSettings Clustering, ISiloHosting ClusteringHosting, ISiloHosting StorageHosting)
{
    /// <exception cref="InferenceException">Something is wrong; the message has a line for each: key, value, what is allowed.</exception>
    public static SiloSettings Read(IConfiguration configuration)
    {
        var problems = new List<string>();
        var reader = new SettingsReader(configuration, problems);
        reader.CheckKeys(ClusteringSettings.Section, ClusteringSettings.Keys);
        reader.CheckKeys(StorageSettings.Section, StorageSettings.Keys);
        var standard = new ClusteringSettings();
        var provider = reader.Text("Clustering:Provider", standard.Provider);
        var clustering = standard with
        {
            Provider = provider,
            ClusterId = reader.Identifier("Clustering:ClusterId", standard.ClusterId),
            ServiceId = reader.Identifier("Clustering:ServiceId", standard.ServiceId),
            SiloPort = reader.Port("Clustering:SiloPort", standard.SiloPort),
            GatewayPort = reader.Port("Clustering:GatewayPort", standard.GatewayPort),
            AdvertisedAddress = reader.Address("Clustering:AdvertisedAddress"),
            LeaveDelay = reader.Duration("Clustering:LeaveDelay", provider == standard.Provider ? TimeSpan.Zero : TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20)),
        };
        if (clustering.SiloPort == clustering.GatewayPort)
        {
            problems.Add($"Clustering:GatewayPort: {clustering.GatewayPort} is also Clustering:SiloPort; another port is allowed");
        }

        var storageProvider = reader.Text("Storage:Provider", StorageSettings.ProviderFor(provider));
        var clusteringHosting = HostingCatalog.Find(provider, forClustering: true, problems);
        var storageHosting = HostingCatalog.Find(storageProvider, forClustering: false, problems);
        if (clusteringHosting is not null && clusteringHosting.Name == storageHosting?.Name)
        {
            problems.AddRange(clusteringHosting.Validate(configuration, clustering: true, storage: true));
        }
        else
        {
            problems.AddRange(clusteringHosting?.Validate(configuration, clustering: true, storage: false) ?? []);
            problems.AddRange(storageHosting?.Validate(configuration, clustering: false, storage: true) ?? []);
        }

        return problems.Count == 0 ? new SiloSettings(clustering, clusteringHosting!, storageHosting!) : throw new InferenceException(string.Join('\n', problems));
    }
}
