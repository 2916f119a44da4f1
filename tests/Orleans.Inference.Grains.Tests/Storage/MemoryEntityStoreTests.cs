using Orleans.Inference.Grains.Storage;

namespace Orleans.Inference.Grains.Tests.Storage;

public sealed class MemoryEntityStoreTests : ChangeStoreConformance
{
    protected override Task<IEntityStore> CreateAsync() => Task.FromResult<IEntityStore>(new MemoryEntityStore());
}
