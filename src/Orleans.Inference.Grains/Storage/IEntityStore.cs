namespace Orleans.Inference.Grains.Storage;

/// <summary>
/// Where entities, positions and routes outlive the silos. A state is its last whole write plus every change written after it. Every write takes the version after the
/// one before it, and a version is taken once: of two activations that believe they own a state, the second to write learns that it does not.
/// </summary>
/// <remarks>Safe to call from several threads. Bytes are opaque to the store, and the caller's again when the call has ended.</remarks>
public interface IEntityStore
{
    /// <summary>Makes what the store needs, tables for example; called once before the first use on every silo, perhaps at the same time.</summary>
    /// <exception cref="InferenceException">The store cannot be used; the message says what to do.</exception>
    ValueTask OpenAsync(CancellationToken cancellationToken);

    /// <summary>False when every write must be whole.</summary>
    bool TakesChanges { get; }

    /// <summary>Reads one state; null when there is none.</summary>
    /// <exception cref="InferenceException">The store did not answer.</exception>
    ValueTask<StoredState?> ReadAsync(StateKey key, CancellationToken cancellationToken);

    /// <summary>
    /// Writes all of a silo's changes at once; returns when they are durable. A write whose version is not above the stored one changes nothing, and neither do the
    /// later writes of that state in the same call: they stand on it. Any number of writes, in any mixture of states; those of one state are in order.
    /// </summary>
    /// <returns>Ascending indices of the writes that changed nothing, because somebody else has written their version or a later one.</returns>
    /// <exception cref="InferenceException">
    /// The store did not answer. Each write may have been stored or not: written again, those that were stored are conflicts, so read before going on.
    /// </exception>
    ValueTask<IReadOnlyList<int>> WriteAsync(IReadOnlyList<StateWrite> writes, CancellationToken cancellationToken);
}

/// <summary>States that are no entities.</summary>
public static class StateKind
{
    /// <summary>What shaped the pipeline's states: the fingerprint of its definition.</summary>
    public const byte Definition = 253;

    /// <summary>Position of an input; the key is the partition's number.</summary>
    public const byte Position = 254;

    /// <summary>The pipeline's route and its revision.</summary>
    public const byte Route = 255;
}

/// <param name="Version">Version of the last write.</param>
/// <param name="Whole">The last whole write; empty when there was none.</param>
/// <param name="Changes">The changes after it, oldest first.</param>
public sealed record StoredState(long Version, ReadOnlyMemory<byte> Whole, IReadOnlyList<ReadOnlyMemory<byte>> Changes);

/// <param name="Key">Whose state.</param>
/// <param name="Version">One more than the state's last write; 1 for the first.</param>
/// <param name="IsWhole">It replaces everything written before; otherwise it is added to it.</param>
/// <param name="Bytes">What to write.</param>
public readonly record struct StateWrite(StateKey Key, long Version, bool IsWhole, ReadOnlyMemory<byte> Bytes);
