namespace Orleans.Inference.Delivery;

/// <summary>Place of a record in a partitioned topic.</summary>
public readonly record struct PartitionOffset(int Partition, long Offset);

/// <summary>A header of a Kafka record.</summary>
public readonly record struct RecordHeader(string Name, byte[] Value);

/// <summary>A record as a source hands it over. The spans are valid during the call only.</summary>
public readonly ref struct SourceRecord
{
    /// <summary>Source partition.</summary>
    public int Partition { get; init; }

    public long Offset { get; init; }

    /// <summary>When the record reached the source: UTC ticks of 100 ns. Latency counts from here.</summary>
    public long Timestamp { get; init; }

    public ReadOnlySpan<byte> Key { get; init; }

    public ReadOnlySpan<byte> Value { get; init; }

    /// <summary>Kept for the dead-letter and late topics; null when there are none.</summary>
    public RecordHeader[]? Headers { get; init; }
}
