using Orleans.Streams;

namespace Orleans.Inference.Streams.Kafka;

/// <summary>What travels from a pulling agent to a consumer: many events of one stream. Immutable, so a local call copies nothing.</summary>
[GenerateSerializer, Immutable, Alias("Orleans.Inference.Streams.Kafka.KafkaBatchContainer")]
internal sealed class KafkaBatchContainer(StreamId streamId, KafkaSequenceToken token, object[] events, long[]? offsets) : IBatchContainer
{
    [Id(0)]
    public StreamId StreamId { get; } = streamId;

    [Id(1)]
    public KafkaSequenceToken Token { get; } = token;

    [Id(2)]
    public object[] Events { get; } = events;

    /// <summary>Null when they follow each other from the token's on.</summary>
    [Id(3)]
    public long[]? Offsets { get; } = offsets;

    public StreamSequenceToken SequenceToken => Token;

    public IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>() =>
        typeof(T) == typeof(KafkaRecordBatch) ? (IEnumerable<Tuple<T, StreamSequenceToken>>)Batches() : Single<T>();

    public bool ImportRequestContext() => false;

    public override string ToString() => $"{StreamId}: {Events.Length} events, {Token}";

    private IEnumerable<Tuple<T, StreamSequenceToken>> Single<T>()
    {
        for (var i = 0; i < Events.Length; i++)
        {
            if (Events[i] is T item)
            {
                yield return Tuple.Create(item, (StreamSequenceToken)new KafkaSequenceToken(OffsetOf(i)));
            }
        }
    }

    private IEnumerable<Tuple<KafkaRecordBatch, StreamSequenceToken>> Batches()
    {
        if (Events.Length > 0 && Events[0] is KafkaRecord)
        {
            yield return Tuple.Create(
                new KafkaRecordBatch(Array.ConvertAll(Events, record => (KafkaRecord)record)), (StreamSequenceToken)new KafkaSequenceToken(OffsetOf(0)));
        }
    }

    private long OffsetOf(int index) => Offsets is null ? Token.SequenceNumber + index : Offsets[index];
}
