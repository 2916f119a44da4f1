namespace Orleans.Inference.Delivery;

/// <summary>
/// Raw records that arrived together, copied into one growing buffer. Reused: steady state allocates nothing.
/// Owned by one thread at a time; ownership travels with the batch.
/// </summary>
public sealed class RecordBatch
{
    private byte[] _bytes = new byte[64 * 1024];
    private int _used;
    private Slice[] _slices = new Slice[64];

    public int Count { get; private set; }

    /// <summary>Bytes of keys and values held.</summary>
    public int ByteCount => _used;

    public PartitionOffset SourceOf(int record) => new(_slices[record].Partition, _slices[record].Offset);

    /// <summary>When the record reached the source: UTC ticks.</summary>
    public long TimestampOf(int record) => _slices[record].Timestamp;

    public ReadOnlySpan<byte> KeyOf(int record) => _bytes.AsSpan(_slices[record].Start, _slices[record].KeyLength);

    public ReadOnlySpan<byte> ValueOf(int record) =>
        _bytes.AsSpan(_slices[record].Start + _slices[record].KeyLength, _slices[record].ValueLength);

    public RecordHeader[]? HeadersOf(int record) => _slices[record].Headers;

    public void Add(in SourceRecord record)
    {
        var needed = _used + record.Key.Length + record.Value.Length;
        if (needed > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(needed, _bytes.Length * 2));
        }

        if (Count == _slices.Length)
        {
            Array.Resize(ref _slices, Count * 2);
        }

        record.Key.CopyTo(_bytes.AsSpan(_used));
        record.Value.CopyTo(_bytes.AsSpan(_used + record.Key.Length));
        _slices[Count++] = new Slice(
            record.Partition, record.Offset, record.Timestamp, _used, record.Key.Length, record.Value.Length, record.Headers);
        _used = needed;
    }

    /// <summary>Appends copies of the records [from, to) to another batch.</summary>
    public void CopyTo(RecordBatch target, int from, int to)
    {
        for (var record = from; record < to; record++)
        {
            target.Add(new SourceRecord
            {
                Partition = _slices[record].Partition,
                Offset = _slices[record].Offset,
                Timestamp = _slices[record].Timestamp,
                Key = KeyOf(record),
                Value = ValueOf(record),
                Headers = _slices[record].Headers,
            });
        }
    }

    public void Clear()
    {
        Array.Clear(_slices, 0, Count);
        Count = 0;
        _used = 0;
        if (_bytes.Length > 16 * 1024 * 1024)
        {
            // One run of huge records must not hold their memory for ever.
            _bytes = new byte[64 * 1024];
        }
    }

    private readonly record struct Slice(
        int Partition, long Offset, long Timestamp, int Start, int KeyLength, int ValueLength, RecordHeader[]? Headers);
}
