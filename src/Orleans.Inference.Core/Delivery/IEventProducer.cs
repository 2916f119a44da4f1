namespace Orleans.Inference.Delivery;

/// <summary>Puts events into the source topic for those who do not speak Kafka.</summary>
public interface IEventProducer
{
    /// <summary>Completes with the record's place once the broker has it.</summary>
    Task<PartitionOffset> ProduceAsync(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken);
}
