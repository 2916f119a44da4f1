using System.Collections.Concurrent;
using Orleans.Inference.Delivery;

namespace Orleans.Inference.Embedded.Sequencing;

/// <summary>Record batches for reuse. Any thread.</summary>
internal sealed class RecordBatchPool
{
    private readonly ConcurrentBag<RecordBatch> _free = [];

    public RecordBatch Rent() => _free.TryTake(out var batch) ? batch : new RecordBatch();

    public void Return(RecordBatch batch)
    {
        batch.Clear();
        _free.Add(batch);
    }
}
