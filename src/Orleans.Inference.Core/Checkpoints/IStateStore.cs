using Orleans.Inference.Delivery;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Checkpoints;

/// <summary>
/// Where one pipeline's state outlives the process. A checkpoint is one transaction: all of it is there after a crash, or none.
/// Entity states and change logs are opaque bytes to the store.
/// </summary>
/// <remarks>
/// An entity is its last whole write plus every change logged after it. <see cref="Commit"/> and <see cref="ReadLog"/> are called by one thread,
/// <see cref="ReadEntities"/> by any, at the same time.
/// </remarks>
public interface IStateStore : IDisposable
{
    /// <summary>The header of the last committed checkpoint; null when there is none.</summary>
    CheckpointHeader? ReadHeader();

    /// <summary>The change logs of all checkpoints not yet dropped, oldest first, parts in the order written.</summary>
    IEnumerable<LoggedChanges> ReadLog();

    /// <summary>Reads whole entities in one query and reports those found, in any order.</summary>
    void ReadEntities(int entityType, IReadOnlyList<ReadOnlyMemory<byte>> keys, Action<StoredEntity> found);

    /// <summary>Every stored entity's type and key hash (xxHash64, seed 0), so that a caller need not ask for what is not there.</summary>
    void ReadEntityHashes(Action<int, ulong> found);

    /// <summary>Every stored revision of the route, oldest first.</summary>
    IReadOnlyList<StoredRoute> ReadRoutes();

    /// <summary>Adds a revision of the route; returns when it is on the disk. Any thread, also while another commits.</summary>
    void SaveRoute(StoredRoute route);

    /// <summary>Writes a checkpoint; returns when it is durable.</summary>
    /// <returns>Bytes of keys, states and changes written.</returns>
    long Commit(CheckpointWrite write);
}

/// <param name="Checkpoint">Number of the checkpoint; each is one more than the last.</param>
/// <param name="NextSequence">Sequence number of the first event after the checkpoint.</param>
/// <param name="Epoch">How often the engine has started on this state.</param>
/// <param name="Incarnation">Of the source topic that <paramref name="Inputs"/> belong to; empty without Kafka.</param>
/// <param name="SinkIncarnation">Of the output topics; empty without Kafka.</param>
/// <param name="Inputs">Next offset and clock of every source partition.</param>
/// <param name="Outputs">From where to read the output topics back.</param>
public sealed record CheckpointHeader(
    long Checkpoint,
    long NextSequence,
    long Epoch,
    string Incarnation,
    string SinkIncarnation,
    IReadOnlyList<InputPosition> Inputs,
    IReadOnlyList<OutputPosition> Outputs);

/// <param name="Partition">Source partition, or -1 for HTTP.</param>
/// <param name="NextOffset">Offset of the first record not in the checkpoint.</param>
/// <param name="Clock">Largest event time accepted: UTC ticks, or long.MinValue before the first.</param>
public readonly record struct InputPosition(int Partition, long NextOffset, long Clock);

/// <param name="Revision">A revision of the route.</param>
/// <param name="FromSequence">Number of the first event under it: what recovery does again, it does under the route of its time.</param>
public sealed record StoredRoute(RouteRevision Revision, long FromSequence);

/// <param name="Checkpoint">The checkpoint it was logged in.</param>
/// <param name="Bytes">The changes.</param>
public readonly record struct LoggedChanges(long Checkpoint, ReadOnlyMemory<byte> Bytes);

/// <param name="EntityType">Index of the entity's type.</param>
/// <param name="Key">UTF-8.</param>
/// <param name="KeyHash">xxHash64 of the key, seed 0.</param>
/// <param name="Checkpoint">The checkpoint that wrote it: changes logged up to and in that one are in it.</param>
/// <param name="State">The whole state.</param>
public readonly record struct StoredEntity(
    int EntityType, ReadOnlyMemory<byte> Key, ulong KeyHash, long Checkpoint, ReadOnlyMemory<byte> State);

/// <param name="Header">Replaces the stored header.</param>
/// <param name="Entities">Whole entities to insert or replace.</param>
/// <param name="Changes">Parts of this checkpoint's change log, in order.</param>
/// <param name="DropLogBefore">Logs of checkpoints before this number are no longer needed.</param>
public sealed record CheckpointWrite(
    CheckpointHeader Header,
    IReadOnlyList<StoredEntity> Entities,
    IReadOnlyList<ReadOnlyMemory<byte>> Changes,
    long DropLogBefore);
