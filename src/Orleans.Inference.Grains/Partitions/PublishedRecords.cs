using Orleans.Inference.Delivery;
using Orleans.Inference.Events;

namespace Orleans.Inference.Grains.Partitions;

/// <summary>The records of one partition after its last commit whose outputs are in the output topics already: taken again, they change state but are not published again.</summary>
internal sealed class PublishedRecords
{
    private readonly Dictionary<long, OutputTopic> _byOffset = [];

    public int Count => _byOffset.Count;

    public void Add(in DeliveredRecord record) => _byOffset[record.Source.Offset] = record.Topic;

    public void Mark(EventBatch batch)
    {
        for (var row = 0; row < batch.Count && _byOffset.Count > 0; row++)
        {
            if (_byOffset.Remove(batch.Sources[row].Offset, out var topic))
            {
                batch.Flags[row] |= topic == OutputTopic.DeadLetters ? RowFlags.Delivered | RowFlags.WasRejected : RowFlags.Delivered;
            }
        }
    }
}
