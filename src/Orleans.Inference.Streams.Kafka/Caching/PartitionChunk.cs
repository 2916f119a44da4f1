using Orleans.Streams;

namespace Orleans.Inference.Streams.Kafka;

/// <summary>
/// What one read gave for one stream, on its way from the receiver to the cache. Never sent to a consumer: cursors make batches of entries.
/// Without entries it only makes the stream known to the pulling agent.
/// </summary>
internal sealed class PartitionChunk(StreamId streamId, StreamEntry[] entries, long first, int generation, DeliveredOffsets.InFlight? inFlight)
    : IBatchContainer
{
    public StreamId StreamId => streamId;

    public StreamEntry[] Entries => entries;

    /// <summary>Reading again makes chunks of an earlier generation void.</summary>
    public int Generation => generation;

    public DeliveredOffsets.InFlight? InFlight => inFlight;

    public long Last => entries[^1].Offset;

    public StreamSequenceToken SequenceToken { get; } =
        new KafkaSequenceToken(first, entries.Length == 0 ? 1 : checked((int)(entries[^1].Offset - first + 1)));

    public IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>() => [];

    public bool ImportRequestContext() => false;
}
