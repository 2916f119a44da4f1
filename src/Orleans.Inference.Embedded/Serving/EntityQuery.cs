using Orleans.Inference.Embedded.Processing;
using Orleans.Inference.Engines;
using Orleans.Inference.Entities;

namespace Orleans.Inference.Embedded.Serving;

/// <summary>A question about one entity, answered on its shard's thread between two batches.</summary>
internal sealed class EntityQuery(int entityType, ulong hash, byte[] key, long? at) : IShardWork
{
    private readonly TaskCompletionSource<(EntityState Entity, EntityReply Reply)?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<(EntityState Entity, EntityReply Reply)?> Answer => _answer.Task;

    public void RunOn(Shard shard)
    {
        if (shard.FindOrLoad(entityType, hash, key) is not { } entity)
        {
            _answer.TrySetResult(null);
            return;
        }

        var moment = at ?? entity.UpdatedAt;
        var features = shard.Reader.ReadAt(entityType, entity, moment);
        _answer.TrySetResult((entity, new EntityReply(features, entity.UpdatedAt, moment)));
    }
}
