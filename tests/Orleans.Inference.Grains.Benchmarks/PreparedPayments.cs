using System.Buffers;
using Orleans.Inference.Commands.Simulation;
using Orleans.Inference.Delivery;
using Orleans.Inference.Entities;

namespace Orleans.Inference.Grains.Benchmarks;

/// <summary>Payments as records of a topic, made before anything is measured; each customer's are in one partition.</summary>
internal sealed class PreparedPayments
{
    public const int Partitions = 4;

    private readonly List<(byte[] Key, byte[] Value)>[] _records = [.. Enumerable.Range(0, Partitions).Select(_ => new List<(byte[], byte[])>())];

    public PreparedPayments(IEnumerable<Payment> payments)
    {
        var value = new ArrayBufferWriter<byte>(512);
        var key = new ArrayBufferWriter<byte>(16);
        foreach (var payment in payments)
        {
            value.ResetWrittenCount();
            key.ResetWrittenCount();
            PaymentWriter.WriteJson(payment, value, withTruth: true);
            PaymentWriter.WriteCustomer(payment, key);
            _records[(int)(XxHash64.Hash(key.WrittenSpan) % Partitions)].Add((key.WrittenSpan.ToArray(), value.WrittenSpan.ToArray()));
        }
    }

    public int Count => _records.Sum(partition => partition.Count);

    /// <summary>The records of a partition, by offset.</summary>
    public IReadOnlyList<(byte[] Key, byte[] Value)> Of(int partition) => _records[partition];

    public SourceRecord RecordAt(int partition, int offset) => new()
    {
        Partition = partition,
        Offset = offset,
        Timestamp = TimeProvider.System.GetUtcNow().UtcTicks,
        Key = _records[partition][offset].Key,
        Value = _records[partition][offset].Value,
    };
}
