using Confluent.Kafka;
using Orleans.Streams;

namespace Orleans.Inference.Streams.Kafka;

/// <summary>What Orleans writes streams to and gets receivers from.</summary>
internal sealed class KafkaQueueAdapter(
    string name, KafkaStreamOptions options, StreamNaming naming, StreamProducer producer, Func<QueueId, IQueueAdapterReceiver> receivers) : IQueueAdapter
{
    public string Name => name;

    public bool IsRewindable => true;

    public StreamProviderDirection Direction => StreamProviderDirection.ReadWrite;

    public IQueueAdapterReceiver CreateReceiver(QueueId queueId) => receivers(queueId);

    /// <summary>Done when the broker has acknowledged all of them. The request context is not sent: a topic's records are not Orleans' own.</summary>
    /// <exception cref="ArgumentException">The stream is not of this topic, or an event cannot be sent.</exception>
    /// <exception cref="NotSupportedException">A token is given: the broker chooses offsets.</exception>
    /// <exception cref="KafkaException">The broker has not acknowledged.</exception>
    public Task QueueMessageBatchAsync<T>(
        StreamId streamId, IEnumerable<T> events, StreamSequenceToken? token, Dictionary<string, object>? requestContext)
    {
        if (token is not null)
        {
            throw new NotSupportedException("The broker chooses offsets: send events without a token.");
        }

        var number = naming.PartitionOf(streamId);
        var isKeyed = naming.StreamKey == KafkaStreamKey.Record && !streamId.GetKeyAsString().StartsWith('#');
        var partition = isKeyed ? Partition.Any : new Partition(number);
        return Task.WhenAll(events.Select(item =>
        {
            var record = options.Serializer.Serialize(item!);
            record = isKeyed && record.Key is null ? record with { Key = streamId.Key.ToArray() } : record;
            return producer.SendAsync(options.Topic, partition, record, CancellationToken.None);
        }));
    }
}
