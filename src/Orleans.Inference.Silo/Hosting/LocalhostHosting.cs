using System.Net;
using Microsoft.Extensions.Configuration;
using Orleans.Inference.Grains.Hosting;
using Orleans.Inference.Silo.Settings;

namespace Orleans.Inference.Silo.Hosting;

/// <summary>A cluster of one silo, reached by this machine only.</summary>
internal sealed class LocalhostHosting : ISiloHosting
{
    public string Name => "localhost";

    public bool HasClustering => true;

    public bool HasStorage => false;

    public IEnumerable<string> Validate(IConfiguration settings, bool clustering, bool storage)
    {
        if (settings["Clustering:AdvertisedAddress"] is { Length: > 0 } text && IPAddress.TryParse(text, out var address) && !IPAddress.IsLoopback(address))
        {
            yield return $"Clustering:AdvertisedAddress: '{text}': with Clustering:Provider localhost only 127.0.0.1 is allowed; a cluster needs another provider";
        }
    }

    public void AddClustering(ISiloBuilder silo, IConfiguration settings) =>
        silo.UseDevelopmentClustering(options =>
            options.PrimarySiloEndpoint = new IPEndPoint(IPAddress.Loopback, new SettingsReader(settings, []).Port("Clustering:SiloPort", new ClusteringSettings().SiloPort)));

    public void AddStorage(ISiloBuilder silo, IConfiguration settings) => throw new InvalidOperationException("It keeps no state; HasStorage says so.");
}
