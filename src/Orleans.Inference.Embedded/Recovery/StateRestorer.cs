using Orleans.Inference.Checkpoints;
using Orleans.Inference.Embedded.Processing;
using Orleans.Inference.Entities;
using Orleans.Inference.Features;
using Orleans.Inference.Predictions;

namespace Orleans.Inference.Embedded.Recovery;

/// <summary>
/// Brings state back at start, before the shards run: entities that changed since their last whole write are loaded and their logged changes applied again; the others stay in
/// the store until an event names them.
/// </summary>
internal sealed class StateRestorer(IStateStore store, Shard[] shards) : IChangeReader
{
    private readonly HashSet<(int Type, ulong Hash)> _stored = [];
    private long _checkpoint;

    /// <summary>Entities brought into memory.</summary>
    public int EntityCount { get; private set; }

    /// <param name="logged">Told the number and size of each log read.</param>
    public void Restore(Action<long, long> logged)
    {
        store.ReadEntityHashes((type, hash) =>
        {
            _stored.Add((type, hash));
            ShardOf(hash).Persistence.KnowStored(type, hash);
        });
        foreach (var log in store.ReadLog())
        {
            _checkpoint = log.Checkpoint;
            logged(log.Checkpoint, log.Bytes.Length);
            ChangeLog.Read(log.Bytes.Span, this);
        }
    }

    public void OnEvent(int entityType, ReadOnlySpan<byte> key, ReadOnlySpan<long> words)
    {
        var (shard, entity) = Get(entityType, key);
        if (entity.WrittenAt < _checkpoint)
        {
            FeatureReader.Replay(entity, words);
            shard.Persistence.MarkUnsaved(entityType, entity, _checkpoint);
        }
    }

    public void OnPrediction(ReadOnlySpan<byte> key, ReadOnlySpan<byte> prediction)
    {
        var (shard, entity) = Get(0, key);
        if (entity.Latest is null || PredictionCodec.SequenceOf(entity.Latest) < PredictionCodec.SequenceOf(prediction))
        {
            entity.Latest = prediction.ToArray();
            shard.Persistence.MarkUnsaved(0, entity, _checkpoint);
        }
    }

    private Shard ShardOf(ulong hash) => shards[Shard.ShardIndex(hash, shards.Length)];

    private (Shard Shard, EntityState Entity) Get(int type, ReadOnlySpan<byte> key)
    {
        var hash = XxHash64.Hash(key);
        var shard = ShardOf(hash);
        var entity = shard.Find(type, hash, key);
        if (entity is null)
        {
            EntityCount++;
            entity = (_stored.Contains((type, hash)) ? shard.FindOrLoad(type, hash, key) : null) ?? shard.Persistence.AddNew(type, hash, key);
        }

        return (shard, entity);
    }
}
