using Orleans.Inference.Delivery;
using Orleans.Inference.Events;
using Orleans.Inference.Serving.Inputs;

namespace Orleans.Inference.Grains.Partitions;

/// <summary>A batch of one input on its way from the entities to the sink. Its input's grain alone touches it.</summary>
internal sealed class InputBatch(EventBatch batch)
{
    public EventBatch Batch { get; } = batch;

    /// <summary>The HTTP requests that wait for the rows, row for row; null when the batch came from Kafka.</summary>
    public List<HttpEvent>? Requests { get; set; }

    /// <summary>Where the input is once the batch is published and saved.</summary>
    public InputPlace After { get; set; } = new();

    /// <summary>What its entities have told.</summary>
    public TouchedEntities Entities { get; } = new(batch.Capacity);

    /// <summary>When it was handed to the entities: a time provider's timestamp.</summary>
    public long SubmittedAt { get; set; }

    /// <summary>The number a row has in the input's sequence: its offset, except that the HTTP door counts its events itself.</summary>
    public long SequenceOf(int row) => Requests is null ? Batch.Sources[row].Offset : Batch.FirstSequence + row;

    public void Clear(RecordBatchPool records)
    {
        if (Batch.Records is RecordBatch raw)
        {
            records.Return(raw);
        }

        Entities.Clear(Batch.Count);
        Batch.Clear();
        Requests = null;
    }
}
