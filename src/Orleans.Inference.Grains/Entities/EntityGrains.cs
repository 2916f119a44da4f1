using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Grains.Entities;

/// <summary>
/// The way to a pipeline's entities. Asking the factory by interface looks the interface's name up by reflection each time, which costs more than the call; here it is looked up
/// once. Any thread.
/// </summary>
internal sealed class EntityGrains
{
    private readonly IGrainFactory _grains;
    private readonly byte[][] _prefixes;
    private readonly GrainInterfaceType _interface;

    public EntityGrains(IGrainFactory grains, PipelineModel pipeline)
    {
        _grains = grains;
        _prefixes = [.. pipeline.Entities.Select(entity => EntityId.Prefix(pipeline.Name, entity.Index))];
        _interface = ((GrainReference)grains.GetGrain<IEntityGrain>(EntityId.GrainIdOf(_prefixes[0], 0, []))).InterfaceType;
    }

    /// <param name="entityType">Index of the entity type.</param>
    /// <param name="key">The entity's key, UTF-8.</param>
    public IEntityGrain Of(int entityType, ReadOnlySpan<byte> key) =>
        (IEntityGrain)_grains.GetGrain(EntityId.GrainIdOf(_prefixes[entityType], entityType, key), _interface);

    public IEntityGrain Of(GrainId id) => (IEntityGrain)_grains.GetGrain(id, _interface);
}
