namespace Orleans.Inference.Streams.Kafka;

/// <summary>An event in the cache with the record that it came in, which a dead letter needs.</summary>
internal readonly record struct StreamEntry(object Event, KafkaRecord Record)
{
    public long Offset => Record.Offset;
}
