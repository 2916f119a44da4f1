using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Inference.Grains.Hosting;
using Orleans.Inference.Grains.Storage;
using Orleans.Inference.Grains.Storage.GrainStorage;
using Orleans.Inference.Silo.Settings;
using Orleans.Storage;

namespace Orleans.Inference.Silo.Hosting;

/// <summary>
/// State in memory, for trying things out. A lone silo has it to itself; in a cluster it is spread over the silos by Orleans' memory storage, and a silo that dies takes its
/// part along.
/// </summary>
internal sealed class MemoryHosting : ISiloHosting
{
    private const string StorageName = "inference";

    public string Name => "memory";

    public bool HasClustering => false;

    public bool HasStorage => true;

    public IEnumerable<string> Validate(IConfiguration settings, bool clustering, bool storage) => [];

    public void AddClustering(ISiloBuilder silo, IConfiguration settings) => throw new InvalidOperationException("It does no clustering; HasClustering says so.");

    public void AddStorage(ISiloBuilder silo, IConfiguration settings)
    {
        if (new SettingsReader(settings, []).Text("Clustering:Provider", new ClusteringSettings().Provider) == "localhost")
        {
            silo.AddEntityStore(static _ => new MemoryEntityStore());
            return;
        }

        silo.AddMemoryGrainStorage(StorageName);
        silo.AddEntityStore(static services => new GrainStorageEntityStore(services.GetRequiredKeyedService<IGrainStorage>(StorageName)));
    }
}
