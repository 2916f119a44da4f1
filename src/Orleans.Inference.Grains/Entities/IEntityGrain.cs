using Orleans.Inference.Engines;

namespace Orleans.Inference.Grains.Entities;

/// <summary>One entity of a pipeline: its windows, its latest prediction, and what it has answered since the inputs' last commits.</summary>
[Alias("Orleans.Inference.IEntityGrain")]
public interface IEntityGrain : IGrainWithStringKey
{
    /// <summary>
    /// Applies events in their order and answers their features. An event that comes again, by input and offset, gets the same answer and changes nothing.
    /// </summary>
    [Alias("Apply")]
    ValueTask<EntityAnswer> ApplyAsync(EntityRows rows);

    /// <summary>The features each event would have if it alone were applied; nothing changes.</summary>
    [Alias("Preview")]
    ValueTask<EntityAnswer> PreviewAsync(EntityRows rows);

    /// <summary>Replaces the latest prediction, in codec form.</summary>
    [Alias("SetLatest")]
    ValueTask<EntityHost> SetLatestAsync([Immutable] byte[] prediction);

    /// <summary>The latest prediction in codec form; null without one.</summary>
    [Alias("Latest")]
    ValueTask<byte[]?> LatestAsync();

    /// <summary>The window features as of the last event, or another time (UTC ticks); null for an entity without events.</summary>
    [Alias("Read")]
    ValueTask<EntityReading?> ReadAsync(long? at);
}

/// <summary>An <see cref="EntityReply"/> on its way between silos.</summary>
[GenerateSerializer, Immutable, Alias("Orleans.Inference.EntityReading")]
public sealed class EntityReading
{
    [Id(0)]
    public required float[] Features { get; init; }

    /// <summary>UTC ticks.</summary>
    [Id(1)]
    public required long UpdatedAt { get; init; }

    /// <summary>UTC ticks.</summary>
    [Id(2)]
    public required long AsOf { get; init; }
}
