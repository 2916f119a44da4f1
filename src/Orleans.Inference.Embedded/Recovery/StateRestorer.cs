using Orleans.Inference.Checkpoints;
using Orleans.Inference.Embedded.Processing;
using Orleans.Inference.Entities;
using Orleans.Inference.Features;
using Orleans.Inference.Predictions;

namespace Orleans.Inference.Embedded.Recovery;

/// <summary>
/// Brings state back at start, before the shards run: entities that changed since their last whole write are loaded and their logged changes applied again; the
/// others stay in the store until an event names them. Shards are restored side by side; each reads the whole log and takes what is its own.
/// </summary>
internal sealed class StateRestorer(IStateStore store, Shard[] shards)
{
    /// <summary>Brings everything back and returns how many entities are in memory.</summary>
    /// <param name="logged">Told the number and size of each log read.</param>
    public int Restore(Action<long, long> logged)
    {
        store.ReadEntityHashes((type, hash) => shards[Shard.ShardIndex(hash, shards.Length)].Persistence.KnowStored(type, hash));
        var readers = shards.Select(shard => new ShardReader(shard, shards.Length)).ToArray();
        foreach (var log in store.ReadLog())
        {
            logged(log.Checkpoint, log.Bytes.Length);
            Parallel.ForEach(readers, reader => reader.Read(log));
        }

        return readers.Sum(reader => reader.EntityCount);
    }

    /// <summary>Applies one shard's part of the log.</summary>
    private sealed class ShardReader(Shard shard, int shards) : IChangeReader
    {
        private long _checkpoint;

        public int EntityCount { get; private set; }

        public void Read(LoggedChanges log)
        {
            _checkpoint = log.Checkpoint;
            ChangeLog.Read(log.Bytes.Span, this);
        }

        public void OnEvent(int entityType, ReadOnlySpan<byte> key, ReadOnlySpan<long> words)
        {
            if (Get(entityType, key) is { } entity && entity.WrittenAt < _checkpoint)
            {
                FeatureReader.Replay(entity, words);
                shard.Persistence.MarkUnsaved(entityType, entity, _checkpoint);
            }
        }

        public void OnPrediction(ReadOnlySpan<byte> key, ReadOnlySpan<byte> prediction)
        {
            if (Get(0, key) is { } entity
                && (entity.Latest is null || PredictionCodec.SequenceOf(entity.Latest.Own) < PredictionCodec.SequenceOf(prediction)))
            {
                entity.SetLatest(prediction);
                shard.Persistence.MarkUnsaved(0, entity, _checkpoint);
            }
        }

        /// <summary>The entity, or null when it is another shard's.</summary>
        private EntityState? Get(int type, ReadOnlySpan<byte> key)
        {
            var hash = XxHash64.Hash(key);
            if (Shard.ShardIndex(hash, shards) != shard.Index)
            {
                return null;
            }

            if (shard.Find(type, hash, key) is { } active)
            {
                return active;
            }

            EntityCount++;
            return shard.FindOrLoad(type, hash, key) ?? shard.Persistence.AddNew(type, hash, key);
        }
    }
}
