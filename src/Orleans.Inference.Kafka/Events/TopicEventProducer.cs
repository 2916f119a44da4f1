using Orleans.Inference.Delivery;

namespace Orleans.Inference.Kafka;

/// <summary>One topic of a producer that others share.</summary>
internal sealed class TopicEventProducer(KafkaEventProducer producer, string topic) : IEventProducer
{
    public Task<PartitionOffset> ProduceAsync(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken) =>
        producer.ProduceAsync(topic, key.Span, value.Span).WaitAsync(cancellationToken);
}
