using Microsoft.Extensions.Configuration;
using Orleans.Inference.Grains.Hosting;
using Orleans.Inference.Silo.Settings;

namespace Orleans.Inference.Silo.Hosting;

/// <summary>State in the program's state folder, as the embedded engine's: for a lone silo, since no other process may have the folder.</summary>
internal sealed class FolderHosting : ISiloHosting
{
    public string Name => "folder";

    public bool HasClustering => false;

    public bool HasStorage => true;

    public IEnumerable<string> Validate(IConfiguration settings, bool clustering, bool storage)
    {
        var provider = new SettingsReader(settings, []).Text("Clustering:Provider", new ClusteringSettings().Provider);
        if (storage && provider != "localhost")
        {
            yield return $"Storage:Provider: 'folder': a folder is one silo's; with Clustering:Provider {provider} another is allowed, such as adonet";
        }
    }

    public void AddClustering(ISiloBuilder silo, IConfiguration settings) => throw new InvalidOperationException("It does no clustering; HasClustering says so.");

    public void AddStorage(ISiloBuilder silo, IConfiguration settings)
    {
        // An engine that finds no store among the services takes the folder that the command has opened for it.
    }
}
