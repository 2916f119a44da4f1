using Orleans.Inference.Checkpoints;
using Orleans.Inference.Embedded.Processing;

namespace Orleans.Inference.Embedded.Checkpointing;

/// <summary>
/// Reads the stored entities that a batch will need while earlier batches are still in work: one query a batch and entity type, on another thread. The shards wait for it only
/// when they get to the batch before it is done.
/// </summary>
internal sealed class EntityReadAhead(IStateStore store, Shard[] shards, int entityTypes)
{
    /// <summary>Begins to read what the batch needs. The submitting thread.</summary>
    public void Begin(BatchInFlight work)
    {
        for (var type = 0; type < entityTypes; type++)
        {
            work.ReadAhead[type] = Wanted(work, type) is { } wanted ? Read(type, wanted) : null;
        }
    }

    /// <summary>The keys that are in the store and not in memory; null when there are none, as for nearly every batch.</summary>
    private List<ReadOnlyMemory<byte>>? Wanted(BatchInFlight work, int type)
    {
        var batch = work.Batch;
        var keys = batch.Keys[type];
        List<ReadOnlyMemory<byte>>? wanted = null;
        for (var row = 0; row < batch.Count; row++)
        {
            var shard = work.ShardOf[type][row];
            if (shard != BatchInFlight.NoShard && shards[shard].IsOnlyStored(type, keys.Hashes[row], batch.KeyOf(type, row)))
            {
                (wanted ??= []).Add(batch.KeyOf(type, row).ToArray());
            }
        }

        return wanted;
    }

    private ReadAheadEntities Read(int type, List<ReadOnlyMemory<byte>> wanted)
    {
        var departures = Array.ConvertAll(shards, shard => shard.Persistence.Departures);
        return new ReadAheadEntities(departures, Task.Run(() =>
        {
            var found = new List<StoredEntity>(wanted.Count);
            store.ReadEntities(type, wanted, found.Add);
            return found;
        }));
    }
}

/// <param name="Departures">Per shard, how many entities had left memory when the reading began: one that left since may be newer in the store.</param>
/// <param name="Entities">What was found.</param>
internal sealed record ReadAheadEntities(long[] Departures, Task<List<StoredEntity>> Entities);
