using Orleans.Inference.Checkpoints;
using Orleans.Inference.Embedded.Processing;
using Orleans.Inference.Entities;

namespace Orleans.Inference.Embedded.Checkpointing;

/// <summary>
/// One shard's side of checkpoints: logs changes, writes whole entities when they are idle or when the log has grown, lets idle ones leave memory once a
/// committed checkpoint holds them, and brings them back. Shard thread only.
/// </summary>
internal sealed class EntityPersistence(IStateStore store, EntityTable[] tables)
{
    private const int SweptSlots = 8_192;
    private const int WholeBytesPerCheckpoint = 4 * 1024 * 1024;

    private readonly KeyHashSet[] _stored = [.. tables.Select(_ => new KeyHashSet())];
    private readonly Queue<Unsaved> _unsaved = new();
    private readonly List<(int Type, EntityState Entity, int Latest)> _leaving = [];
    private readonly ByteWriter _state = new();
    private readonly int[] _sweptTo = new int[tables.Length];
    private long _departures;
    private ByteWriter _changes = new();
    private ByteWriter _swapped = new();

    /// <summary>Number of the checkpoint that will hold the changes made now.</summary>
    public long NextCheckpoint { get; set; } = 1;

    /// <summary>How many entities have left memory. Any thread.</summary>
    public long Departures => Volatile.Read(ref _departures);

    /// <summary>Whether the store may hold the entity. Any thread.</summary>
    public bool IsStored(int type, ulong hash) => _stored[type].Contains(hash);

    /// <summary>The store holds an entity with this hash, as of start.</summary>
    public void KnowStored(int type, ulong hash) => _stored[type].Add(hash);

    public void LogChange(int type, EntityState entity, ReadOnlySpan<long> words)
    {
        Touch(type, entity);
        ChangeLog.AppendEvent(_changes, type, entity.Key, words);
    }

    /// <summary>Marks an entity as changed since its last whole write.</summary>
    public void Touch(int type, EntityState entity)
    {
        entity.TouchedAt = NextCheckpoint;
        MarkUnsaved(type, entity, NextCheckpoint);
    }

    /// <summary>The entity's changes from this checkpoint's log on are in no whole write.</summary>
    public void MarkUnsaved(int type, EntityState entity, long checkpoint)
    {
        if (entity.UnsavedSince == 0)
        {
            entity.UnsavedSince = checkpoint;
            _unsaved.Enqueue(new Unsaved(type, entity, checkpoint));
        }
    }

    /// <summary>Brings the stored entities that a batch needs into memory: those read ahead, and in one query what came into need since.</summary>
    public void Activate(BatchInFlight work, int type, int shard, EntityState?[] found)
    {
        if (_stored[type].Count == 0)
        {
            return;
        }

        AddReadAhead(work.ReadAhead[type], type, shard);
        var batch = work.Batch;
        List<ReadOnlyMemory<byte>>? wanted = null;
        for (var row = 0; row < batch.Count; row++)
        {
            var hash = batch.Keys[type].Hashes[row];
            if (work.ShardOf[type][row] == shard
                && found[row] is null
                && _stored[type].Contains(hash)
                && tables[type].Find(hash, batch.KeyOf(type, row)) is null)
            {
                (wanted ??= []).Add(batch.KeyOf(type, row).ToArray());
            }
        }

        if (wanted is not null)
        {
            store.ReadEntities(type, wanted, entity => Add(type, entity));
        }
    }

    private void AddReadAhead(ReadAheadEntities? ahead, int type, int shard)
    {
        if (ahead is null || ahead.Departures[shard] != _departures)
        {
            return;
        }

        foreach (var entity in ahead.Entities.GetAwaiter().GetResult())
        {
            if (Shard.ShardIndex(entity.KeyHash, ahead.Departures.Length) == shard)
            {
                Add(type, entity);
            }
        }
    }

    /// <summary>Brings one entity into memory; null when the store has none.</summary>
    public EntityState? Load(int type, ulong hash, ReadOnlySpan<byte> key)
    {
        if (_stored[type].Contains(hash))
        {
            store.ReadEntities(type, [key.ToArray()], entity => Add(type, entity));
        }

        return tables[type].Find(hash, key);
    }

    /// <summary>Adds an entity that is neither in memory nor in the store.</summary>
    public EntityState AddNew(int type, ulong hash, ReadOnlySpan<byte> key)
    {
        var entity = tables[type].Add(hash, key);
        entity.TouchedAt = NextCheckpoint;
        return entity;
    }

    /// <summary>Adds a stored entity to memory unless it is there.</summary>
    public EntityState Add(int type, in StoredEntity stored)
    {
        var entity = tables[type].Find(stored.KeyHash, stored.Key.Span);
        if (entity is null)
        {
            entity = tables[type].Add(stored.KeyHash, stored.Key.Span);
            EntityCodec.Load(entity, stored.State.Span);
            entity.TouchedAt = NextCheckpoint;
            entity.WrittenAt = stored.Checkpoint;
        }

        return entity;
    }

    /// <summary>Takes this shard's part of a checkpoint: a swap of buffers, and a bounded number of whole entities.</summary>
    public ShardPart TakeCheckpoint(long checkpoint, bool shortenLog, long idleCheckpoints)
    {
        var whole = new List<StoredEntity>();
        var bytes = 0;
        for (var type = 0; type < tables.Length; type++)
        {
            SweepIdle(type, checkpoint, idleCheckpoints, whole, ref bytes);
        }

        // Only what was queued before: a write may queue its entity anew, and that entry is what keeps the log of this checkpoint and of later ones.
        for (var left = shortenLog ? _unsaved.Count : 0; left > 0 && bytes < WholeBytesPerCheckpoint; left--)
        {
            var oldest = _unsaved.Dequeue();
            if (oldest.IsCurrent && oldest.Entity.WrittenAt < checkpoint)
            {
                bytes += Write(oldest.Type, oldest.Entity, checkpoint, whole);
            }
            else if (oldest.IsCurrent)
            {
                _unsaved.Enqueue(oldest);
            }
        }

        (_changes, _swapped) = (_swapped, _changes);
        _changes.Clear();
        NextCheckpoint = checkpoint + 1;
        return new ShardPart(_swapped.Written, whole, OldestUnsaved(checkpoint));
    }

    /// <summary>A committed checkpoint holds what it wrote: idle entities that have not been touched since may leave.</summary>
    public void Committed()
    {
        foreach (var (type, entity, latest) in _leaving)
        {
            if (entity.TouchedAt < entity.WrittenAt && (entity.Latest?.Version ?? 0) == latest)
            {
                entity.UnsavedSince = 0;
                tables[type].Remove(entity);
                Volatile.Write(ref _departures, _departures + 1);
            }
        }

        _leaving.Clear();
    }

    private void SweepIdle(int type, long checkpoint, long idleCheckpoints, List<StoredEntity> whole, ref int bytes)
    {
        var table = tables[type];
        for (var i = 0; i < Math.Min(SweptSlots, table.SlotCount) && bytes < WholeBytesPerCheckpoint; i++)
        {
            _sweptTo[type] = (_sweptTo[type] + 1) & (table.SlotCount - 1);
            if (table.At(_sweptTo[type]) is { } entity && checkpoint - entity.TouchedAt > idleCheckpoints)
            {
                // Before the write: a prediction that comes meanwhile is not in it for certain.
                var latest = entity.Latest?.Version ?? 0;
                bytes += Write(type, entity, checkpoint, whole);
                _leaving.Add((type, entity, latest));
            }
        }
    }

    private int Write(int type, EntityState entity, long checkpoint, List<StoredEntity> whole)
    {
        _state.Clear();
        EntityCodec.Store(entity, _state);
        whole.Add(new StoredEntity(type, entity.Key, entity.Hash, checkpoint, _state.Written.ToArray()));
        entity.WrittenAt = checkpoint;
        entity.UnsavedSince = 0;
        _stored[type].Add(entity.Hash);
        if (entity.TouchedAt == checkpoint)
        {
            // Predictions of this interval may still be on their way; they are in this checkpoint's log and nowhere else.
            MarkUnsaved(type, entity, checkpoint);
        }

        return _state.Length;
    }

    /// <summary>The first checkpoint whose log is still needed.</summary>
    private long OldestUnsaved(long checkpoint)
    {
        while (_unsaved.TryPeek(out var oldest) && !oldest.IsCurrent)
        {
            _unsaved.Dequeue();
        }

        return _unsaved.TryPeek(out var first) ? first.Since : checkpoint;
    }

    /// <summary>An entity with changes in logs only. It is current until a whole write, or a newer entry, takes its place.</summary>
    private readonly record struct Unsaved(int Type, EntityState Entity, long Since)
    {
        public bool IsCurrent => Entity.UnsavedSince == Since;
    }
}

/// <param name="Changes">The shard's change log of this checkpoint; valid until the next.</param>
/// <param name="Entities">Whole entities to write.</param>
/// <param name="OldestUnsaved">Logs before this checkpoint are not needed for the shard's entities.</param>
internal sealed record ShardPart(ReadOnlyMemory<byte> Changes, IReadOnlyList<StoredEntity> Entities, long OldestUnsaved);
