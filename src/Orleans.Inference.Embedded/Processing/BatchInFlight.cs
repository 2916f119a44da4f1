using Orleans.Inference.Embedded.Checkpointing;
using Orleans.Inference.Entities;
using Orleans.Inference.Events;
using Orleans.Inference.Serving.Inputs;

namespace Orleans.Inference.Embedded.Processing;

/// <summary>A batch on its way through the stages, with what the engine needs to know of it.</summary>
internal sealed class BatchInFlight(EventBatch batch, int entityTypes) : OrderedWork
{
    /// <summary>In <see cref="ShardOf"/>: the row touches no entity of the type.</summary>
    public const byte NoShard = byte.MaxValue;

    public EventBatch Batch { get; } = batch;

    /// <summary>Per entity type, the shard of each row.</summary>
    public byte[][] ShardOf { get; } = [.. Enumerable.Range(0, entityTypes).Select(_ => new byte[batch.Capacity])];

    /// <summary>The primary entity of each applied row, filled by its shard; null for dry runs and rows that were not accepted.</summary>
    public EntityState?[] Primaries { get; } = new EntityState?[batch.Capacity];

    /// <summary>Per entity type, the stored entities being read for the batch; null where none are needed.</summary>
    public ReadAheadEntities?[] ReadAhead { get; } = new ReadAheadEntities?[entityTypes];

    /// <summary>The HTTP requests that wait for the rows, row for row; null when the batch came from Kafka.</summary>
    public IReadOnlyList<HttpEvent>? Requests { get; set; }

    /// <summary>When the batch was handed to the shards: a time provider's timestamp.</summary>
    public long SubmittedAt { get; set; }

    public void Clear()
    {
        Batch.Clear();
        Requests = null;
        Array.Clear(Primaries);
        Array.Clear(ReadAhead);
        ResetShards();
    }
}
