using System.Collections.Concurrent;
using Orleans.Inference.Checkpoints;
using Orleans.Inference.Entities;

namespace Orleans.Inference.Grains.Storage;

/// <summary>
/// Entities in the state folder of one pipeline: for a cluster of one silo, or silos of one process. Every write is whole; versions are kept in front of the states and
/// compared in memory, since no other process has the folder.
/// </summary>
internal sealed class StateStoreEntityStore(IStateStore store) : IEntityStore
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<(byte Kind, ulong Hash), long> _versions = new();
    private long _checkpoint = store.ReadHeader()?.Checkpoint ?? 0;

    public bool TakesChanges => false;

    public ValueTask OpenAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask<StoredState?> ReadAsync(StateKey key, CancellationToken cancellationToken)
    {
        StoredState? state = null;
        lock (_gate)
        {
            store.ReadEntities(key.Kind, [key.Key], entity =>
            {
                var version = BitConverter.ToInt64(entity.State.Span);
                _versions[(key.Kind, entity.KeyHash)] = version;
                state = new StoredState(version, entity.State[sizeof(long)..].ToArray(), []);
            });
        }

        return new(state);
    }

    public ValueTask<IReadOnlyList<int>> WriteAsync(IReadOnlyList<StateWrite> writes, CancellationToken cancellationToken)
    {
        var conflicts = new List<int>();
        var entities = new List<StoredEntity>();
        lock (_gate)
        {
            _checkpoint++;
            for (var i = 0; i < writes.Count; i++)
            {
                var write = writes[i];
                var hash = XxHash64.Hash(write.Key.Key.Span);
                if (_versions.TryGetValue((write.Key.Kind, hash), out var version) && version >= write.Version)
                {
                    conflicts.Add(i);
                    continue;
                }

                _versions[(write.Key.Kind, hash)] = write.Version;
                entities.Add(new StoredEntity(write.Key.Kind, write.Key.Key, hash, _checkpoint, (byte[])[.. BitConverter.GetBytes(write.Version), .. write.Bytes.Span]));
            }

            store.Commit(new CheckpointWrite(new CheckpointHeader(_checkpoint, 0, 0, "", "", [], []), entities, [], DropLogBefore: _checkpoint));
        }

        return new((IReadOnlyList<int>)conflicts);
    }
}
