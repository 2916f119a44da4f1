namespace Orleans.Inference.Grains.Entities;

/// <summary>
/// What the inputs of a silo keep of an entity that has answered them within it. Empty once the entity leaves memory: it then holds nothing of it. Any thread.
/// </summary>
/// <param name="entity">The entity.</param>
/// <param name="grain">Its reference, with the very id that the silo's directory holds: comparing the two needs no look at their bytes.</param>
internal sealed class LocalEntity(LiveEntity entity, IEntityGrain grain)
{
    private volatile LiveEntity? _entity = entity;

    public IEntityGrain Grain { get; } = grain;

    /// <summary>The entity; null when it has left.</summary>
    public LiveEntity? Entity => _entity;

    public void Leave() => _entity = null;
}
