namespace Orleans.Inference.Embedded.Processing;

/// <summary>What passes the stages in sequence order: shards in parallel, then scoring, then output.</summary>
internal abstract class OrderedWork
{
    private readonly ManualResetEventSlim _shardsDone = new(false, spinCount: 0);
    private int _pendingShards;

    /// <summary>Says how many shards will call <see cref="ShardDone"/>, before the first can.</summary>
    public void ExpectShards(int count)
    {
        Volatile.Write(ref _pendingShards, count);
        if (count == 0)
        {
            _shardsDone.Set();
        }
    }

    /// <summary>A shard has done its part; the last one to finish hands the work on.</summary>
    public void ShardDone()
    {
        if (Interlocked.Decrement(ref _pendingShards) == 0)
        {
            _shardsDone.Set();
        }
    }

    public void WaitForShards(CancellationToken cancellationToken) => _shardsDone.Wait(cancellationToken);

    protected void ResetShards() => _shardsDone.Reset();
}
