using Confluent.Kafka;

namespace Orleans.Inference.Commands.Benchmarks.Streaming;

/// <summary>What a user would write to read a topic and write another without doing anything between: Confluent's consumer and producer in a loop.</summary>
internal static class BareLoop
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>From the first record read to the acknowledgement of the last one written.</summary>
    public static TimeSpan Run(string brokers, string from, int partitions, string to, int expected, int valueLength)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = brokers,
            GroupId = "bare",
            AutoOffsetReset = AutoOffsetReset.Earliest,

            // The development broker keeps an empty fetch waiting that long.
            FetchWaitMaxMs = 2,
        }).Build();
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig
        {
            BootstrapServers = brokers,
            QueueBufferingMaxMessages = 500_000,
            QueueBufferingMaxKbytes = 262_144,
        }).Build();
        consumer.Assign(Enumerable.Range(0, partitions).Select(partition => new TopicPartitionOffset(from, partition, Offset.Beginning)));
        var value = new byte[valueLength];
        var started = 0L;
        for (var count = 0; count < expected; count++)
        {
            var result = consumer.Consume(Patience) ?? throw new CommandException(ExitCode.Rejected, "the bare loop waited for a record in vain");
            if (count == 0)
            {
                started = TimeProvider.System.GetTimestamp();
            }

            Produce(producer, to, result.Message.Key, value);
        }

        if (producer.Flush(Patience) > 0)
        {
            throw new CommandException(ExitCode.Rejected, "the bare loop waited for acknowledgements in vain");
        }

        return TimeProvider.System.GetElapsedTime(started);
    }

    private static void Produce(IProducer<byte[], byte[]> producer, string topic, byte[] key, byte[] value)
    {
        while (true)
        {
            try
            {
                producer.Produce(topic, new Message<byte[], byte[]> { Key = key, Value = value });
                return;
            }
            catch (ProduceException<byte[], byte[]> exception) when (exception.Error.Code == ErrorCode.Local_QueueFull)
            {
                producer.Poll(TimeSpan.FromMilliseconds(10));
            }
        }
    }
}
