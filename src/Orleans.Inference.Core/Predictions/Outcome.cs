namespace Orleans.Inference.Predictions;

/// <summary>What became of a record. Expected failures are values, not exceptions.</summary>
public enum Outcome : byte
{
    /// <summary>The chosen version gave the score.</summary>
    Scored,

    /// <summary>The chosen version failed and the fallback gave the score.</summary>
    Fallback,

    /// <summary>The record does not fit the schema; it is a dead letter and touched no state.</summary>
    Rejected,

    /// <summary>The event came after its input's clock had passed it by more than the lateness; it touched no state.</summary>
    Late,

    /// <summary>The event was applied to its entities, but no version could score it.</summary>
    Failed,
}
