using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Inference.Grains.Storage;

/// <summary>Adds an <see cref="IEntityStore"/> to a silo.</summary>
public static class EntityStoreHosting
{
    /// <summary>Registers the store and opens it while the silo starts, before any grain. A store that cannot be opened ends the start with its message.</summary>
    public static ISiloBuilder AddEntityStore(this ISiloBuilder silo, Func<IServiceProvider, IEntityStore> store)
    {
        silo.Services.AddSingleton(store);
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, EntityStoreOpening>();
        return silo;
    }

    private sealed class EntityStoreOpening(IEntityStore store) : ILifecycleParticipant<ISiloLifecycle>
    {
        public void Participate(ISiloLifecycle observer) => observer.Subscribe(
            nameof(EntityStoreOpening), ServiceLifecycleStage.RuntimeStorageServices, async cancellation => await store.OpenAsync(cancellation));
    }
}
