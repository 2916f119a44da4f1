using System.Text;
using Orleans.Inference.Delivery;

namespace Orleans.Inference.Kafka;

internal sealed record ReceivedRecord(
    int Partition, long Offset, long Timestamp, string Key, byte[] Value, RecordHeader[]? Headers)
{
    public string Text => Encoding.UTF8.GetString(Value);
}

/// <summary>Keeps what a source delivers; refuses what it is told to.</summary>
internal sealed class RecordingReceiver : IRecordReceiver
{
    private readonly Awaiting _awaiting = new();
    private readonly List<ReceivedRecord> _records = [];
    private readonly List<PartitionOffset> _ends = [];
    private readonly List<PartitionOffset> _refused = [];

    /// <summary>Asked for every record, on the source's thread.</summary>
    public Func<int, long, bool> Accepts { get; set; } = (_, _) => true;

    public IReadOnlyList<ReceivedRecord> Records => _awaiting.Change(_records.ToArray);

    public IReadOnlyList<PartitionOffset> Ends => _awaiting.Change(_ends.ToArray);

    public IReadOnlyList<PartitionOffset> Refused => _awaiting.Change(_refused.ToArray);

    public IEnumerable<ReceivedRecord> Of(int partition) => Records.Where(record => record.Partition == partition);

    public bool TryReceive(in SourceRecord record)
    {
        var accepted = Accepts(record.Partition, record.Offset);
        var received = new ReceivedRecord(
            record.Partition, record.Offset, record.Timestamp, Encoding.UTF8.GetString(record.Key), record.Value.ToArray(), record.Headers);
        _awaiting.Change(() =>
        {
            if (accepted)
            {
                _records.Add(received);
            }
            else
            {
                _refused.Add(new PartitionOffset(received.Partition, received.Offset));
            }

            return true;
        });
        return accepted;
    }

    public void ReachedEnd(int partition, long endOffset) => _awaiting.Change(() =>
    {
        _ends.Add(new PartitionOffset(partition, endOffset));
        return true;
    });

    public Task UntilRecords(int count) => _awaiting.Until(() => _records.Count >= count, $"{count} records");

    public Task UntilRefused(int count) => _awaiting.Until(() => _refused.Count >= count, $"{count} refusals");

    public Task UntilEnds(int count) => _awaiting.Until(() => _ends.Count >= count, $"{count} partition ends");
}
