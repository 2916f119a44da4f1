using Orleans.Inference.Checkpoints;
using Orleans.Inference.Embedded.Checkpointing;
using Orleans.Inference.Entities;
using Orleans.Inference.Events;
using Orleans.Inference.Features;
using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Embedded.Processing;

/// <summary>
/// A share of the entities, by key hash, with one thread that alone changes them: no locks on state. Applies its part of every batch in sequence order and writes
/// the features into the batch's matrix.
/// </summary>
internal sealed class Shard
{
    private readonly FeatureReader _reader;
    private readonly EntityTable[] _tables;
    private readonly EntityPersistence? _persistence;
    private readonly EntityState?[] _row;

    /// <param name="index">Which share: entities whose <see cref="ShardIndex"/> is this.</param>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="store">Where entities outlive memory; null in a replay.</param>
    /// <param name="capacity">Largest batch.</param>
    public Shard(int index, PipelineModel pipeline, IStateStore? store, int capacity)
    {
        Index = index;
        _reader = new FeatureReader(pipeline);
        _tables = [.. pipeline.Entities.Select(entity => _reader.CreateTable(entity.Index))];
        _persistence = store is null ? null : new EntityPersistence(store, _tables);
        _row = new EntityState?[capacity];
    }

    public int Index { get; }

    public EntityPersistence Persistence => _persistence ?? throw new InvalidOperationException("A replay keeps nothing.");

    public FeatureReader Reader => _reader;

    /// <summary>The high bits choose the shard, the low ones the slot in its table.</summary>
    public static int ShardIndex(ulong hash, int shards) => (int)((hash >> 40) % (ulong)shards);

    /// <summary>Finds an entity in memory. Any thread.</summary>
    public EntityState? Find(int entityType, ulong hash, ReadOnlySpan<byte> key) => _tables[entityType].Find(hash, key);

    /// <summary>Whether an entity may be in the store and is not in memory. Any thread.</summary>
    public bool IsOnlyStored(int entityType, ulong hash, ReadOnlySpan<byte> key) =>
        Persistence.IsStored(entityType, hash) && Find(entityType, hash, key) is null;

    /// <summary>Finds an entity in memory or in the store. Shard thread only.</summary>
    public EntityState? FindOrLoad(int entityType, ulong hash, ReadOnlySpan<byte> key) =>
        Find(entityType, hash, key) ?? _persistence?.Load(entityType, hash, key);

    public int CountOf(int entityType) => _tables[entityType].Count;

    /// <summary>Applies this shard's rows of a batch.</summary>
    public void Process(BatchInFlight work)
    {
        for (var type = 0; type < _tables.Length; type++)
        {
            FindEntities(work, type);
            ApplyRows(work, type);
        }

        work.ShardDone();
    }

    private void FindEntities(BatchInFlight work, int type)
    {
        var batch = work.Batch;
        var shardOf = work.ShardOf[type];
        var keys = batch.Keys[type];
        var table = _tables[type];
        for (var row = 0; row < batch.Count; row++)
        {
            _row[row] = shardOf[row] == Index ? table.Find(keys.Hashes[row], batch.TextOf(keys.Slices[row])) : null;
        }

        _persistence?.Activate(work, type, Index, _row);
        for (var row = 0; row < batch.Count; row++)
        {
            _row[row]?.Prefetch();
        }
    }

    private void ApplyRows(BatchInFlight work, int type)
    {
        var batch = work.Batch;
        var shardOf = work.ShardOf[type];
        for (var row = 0; row < batch.Count; row++)
        {
            if (shardOf[row] != Index)
            {
                continue;
            }

            if ((batch.Flags[row] & RowFlags.DryRun) != 0)
            {
                _reader.Preview(batch, row, type, _row[row] ?? FindOrCreate(batch, row, type, keep: false));
            }
            else
            {
                Apply(work, row, type, _row[row] ?? FindOrCreate(batch, row, type, keep: true));
            }

            if (type == 0)
            {
                WriteRest(batch, row);
            }
        }
    }

    private void Apply(BatchInFlight work, int row, int type, EntityState entity)
    {
        var words = _reader.Apply(work.Batch, row, type, entity);
        _persistence?.LogChange(type, entity, words);
        if (type == 0)
        {
            work.Primaries[row] = entity;
        }
    }

    /// <summary>What is not of an entity type: direct features, and the empty windows of secondary entities the event does not name.</summary>
    private void WriteRest(EventBatch batch, int row)
    {
        _reader.WriteDirect(batch, row);
        for (var type = 1; type < _tables.Length; type++)
        {
            if (!batch.Keys[type].Present[row])
            {
                _reader.WriteEmpty(batch, row, type);
            }
        }
    }

    private EntityState FindOrCreate(EventBatch batch, int row, int type, bool keep)
    {
        // An earlier row of the same batch may have made it.
        var hash = batch.Keys[type].Hashes[row];
        var key = batch.KeyOf(type, row);
        return _tables[type].Find(hash, key) ?? (keep ? _tables[type].Add(hash, key) : _tables[type].Create(hash, key));
    }
}
