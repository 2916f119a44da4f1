using Microsoft.Extensions.DependencyInjection;
using Orleans.Inference.Grains.Storage;
using Orleans.Inference.Grains.Storage.GrainStorage;
using Orleans.Storage;
using Orleans.TestingHost;

namespace Orleans.Inference.Grains.Tests.Storage;

public sealed class GrainStorageEntityStoreTests(GrainStorageEntityStoreTests.Cluster cluster) : EntityStoreConformance, IClassFixture<GrainStorageEntityStoreTests.Cluster>
{
    [Fact]
    public async Task Write_OfAChange_IsRefusedByName()
    {
        var store = await OpenAsync();

        var fault = await Assert.ThrowsAsync<ArgumentException>(() => WriteAsync(store, Change("C1", 1, "a")));
        Assert.Contains("whole states only", fault.Message);
    }

    [Fact]
    public async Task Write_AfterAnotherSiloHasWritten_GoesByVersionsAlone()
    {
        var (one, other) = (await OpenAsync(), await CreateAsync());
        await WriteAsync(one, Whole("shared", 1, "one"));
        await WriteAsync(other, Whole("shared", 2, "other"));

        // What the first store remembers is old: it must look again rather than take any difference for a conflict.
        Assert.Equal([0], await WriteAsync(one, Whole("shared", 2, "one")));
        await WriteAsync(other, Whole("shared", 3, "other"));
        Assert.Empty(await WriteAsync(one, Whole("shared", 4, "one")));
        await AssertStoredAsync(other, Key("shared"), 4, "one");
    }

    protected override Task<IEntityStore> CreateAsync() => Task.FromResult<IEntityStore>(new GrainStorageEntityStore(cluster.Storage));

    /// <summary>A silo with Orleans' memory storage.</summary>
    public sealed class Cluster : IAsyncLifetime
    {
        private const string Name = "entities";
        private readonly InProcessTestCluster _cluster;

        public Cluster()
        {
            var builder = new InProcessTestClusterBuilder(1);
            builder.ConfigureSilo((_, silo) => silo.AddMemoryGrainStorage(Name));
            _cluster = builder.Build();
        }

        public async ValueTask InitializeAsync() => await _cluster.DeployAsync();

        public ValueTask DisposeAsync() => _cluster.DisposeAsync();

        public IGrainStorage Storage =>
            ((InProcessSiloHandle)_cluster.Silos[0]).ServiceProvider.GetRequiredKeyedService<IGrainStorage>(Name);
    }
}
