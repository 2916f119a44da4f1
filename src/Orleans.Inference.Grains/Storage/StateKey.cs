using Orleans.Inference.Entities;

namespace Orleans.Inference.Grains.Storage;

/// <summary>What a state belongs to. Two are equal when their bytes are.</summary>
/// <param name="Pipeline">Name of the pipeline.</param>
/// <param name="Kind">Index of the entity type, or one of <see cref="StateKind"/>.</param>
/// <param name="Key">UTF-8, at most 1 KB; not to be changed afterwards.</param>
public readonly record struct StateKey(string Pipeline, byte Kind, ReadOnlyMemory<byte> Key)
{
    public bool Equals(StateKey other) =>
        Kind == other.Kind && Key.Span.SequenceEqual(other.Key.Span) && string.Equals(Pipeline, other.Pipeline, StringComparison.Ordinal);

    /// <summary>Without the pipeline: few keys differ by that alone.</summary>
    public override int GetHashCode() => HashCode.Combine(Kind, XxHash64.Hash(Key.Span));
}
