using System.Collections.Concurrent;
using Orleans.Inference.Delivery;

namespace Orleans.Inference.Serving.Inputs;

/// <summary>Record batches for reuse. Any thread.</summary>
public sealed class RecordBatchPool
{
    private readonly ConcurrentBag<RecordBatch> _free = [];

    public RecordBatch Rent() => _free.TryTake(out var batch) ? batch : new RecordBatch();

    public void Return(RecordBatch batch)
    {
        batch.Clear();
        _free.Add(batch);
    }
}
