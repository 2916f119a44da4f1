namespace Orleans.Inference.Grains.Entities;

/// <summary>What became of events that an entity was given.</summary>
internal enum ApplyResult
{
    /// <summary>They are applied and answered, now or when they came first.</summary>
    Done,

    /// <summary>Nothing: events sent before them have gone with a silo.</summary>
    EventsMissing,

    /// <summary>Nothing: another activation owns the entity.</summary>
    Lost,
}
