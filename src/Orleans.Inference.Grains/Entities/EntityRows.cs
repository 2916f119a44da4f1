namespace Orleans.Inference.Grains.Entities;

/// <summary>
/// Events of one entity from one input, in order. Handed over as it is within a silo, and used again by the caller once it has been answered: what the entity keeps, it copies.
/// </summary>
[GenerateSerializer, Immutable, Alias("Orleans.Inference.EntityRows")]
public sealed class EntityRows
{
    /// <summary>Which input they come from; see <see cref="Partitions.InputId"/>.</summary>
    [Id(0)]
    public long Input { get; set; }

    /// <summary>The input will never bring an offset below this again: answers to those can be forgotten.</summary>
    [Id(1)]
    public long Committed { get; set; }

    /// <summary>No event to come on any input can be older: UTC ticks.</summary>
    [Id(2)]
    public long Horizon { get; set; } = long.MinValue;

    /// <summary>The silo of the input: where the entity would need no message.</summary>
    [Id(4)]
    public SiloAddress? Caller { get; set; }

    /// <summary>The offset before these that the input has sent to the entity and not committed, or -1.</summary>
    [Id(5)]
    public long SentBefore { get; set; } = -1;

    /// <summary>One row an event: its offset, then the words of <see cref="Features.EntityFeatures"/>.</summary>
    [Id(3)]
    public required long[] Words { get; init; }

    /// <summary>Where the entity writes its features when the caller is on its silo; null when the rows came from another one.</summary>
    [field: NonSerialized]
    internal float[]? Features { get; init; }

    /// <summary>The entity that has answered, when the caller is on its silo.</summary>
    [field: NonSerialized]
    internal LocalEntity? Local { get; set; }

    /// <summary>The same rows, with arrays of their own.</summary>
    internal EntityRows Copy() => new()
    {
        Input = Input,
        Committed = Committed,
        Horizon = Horizon,
        Caller = Caller,
        SentBefore = SentBefore,
        Words = [.. Words],
        Features = Features is null ? null : new float[Features.Length],
    };
}

/// <summary>What an entity answers.</summary>
[GenerateSerializer, Immutable, Alias("Orleans.Inference.EntityAnswer")]
public sealed class EntityAnswer
{
    /// <summary>Who has to save the change before the input may commit it.</summary>
    [Id(0)]
    public required EntityHost Host { get; init; }

    /// <summary>Row-major [events x features of the type] float32; null when they are in <see cref="EntityRows.Features"/>, or there are none.</summary>
    [Id(1)]
    public float[]? Features { get; init; }

    /// <summary>
    /// Nothing has been applied: what was sent before went with a silo. Applying these without it would put it in the past for good, where it could not be applied any more.
    /// </summary>
    [Id(2)]
    public bool IsLost { get; init; }
}

/// <summary>
/// A silo that holds unsaved entities, and since when it has lost none of them. An input that has seen one epoch and finds another sends its events again from its last
/// commit: some may be in no memory any more.
/// </summary>
[GenerateSerializer, Immutable, Alias("Orleans.Inference.EntityHost")]
public sealed record EntityHost
{
    [Id(0)]
    public required SiloAddress Silo { get; init; }

    [Id(1)]
    public required long Epoch { get; init; }
}
