namespace Orleans.Inference.Embedded.Processing;

/// <summary>Something a shard does on its own thread, between two batches.</summary>
internal interface IShardWork
{
    void RunOn(Shard shard);
}
