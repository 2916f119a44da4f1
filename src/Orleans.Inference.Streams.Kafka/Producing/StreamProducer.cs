using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Orleans.Inference.Streams.Kafka;

/// <summary>The provider's producer, made on first use. Any thread.</summary>
internal sealed class StreamProducer(string name, KafkaStreamOptions options, ILogger logger) : IDisposable
{
    private static readonly TimeSpan FlushBound = TimeSpan.FromSeconds(5);
    private readonly Lazy<IProducer<byte[]?, byte[]?>> _producer = new(() => Create(name, options, logger));

    /// <summary>Done when the broker has acknowledged the record.</summary>
    /// <exception cref="KafkaException">It could not be sent.</exception>
    public Task SendAsync(string topic, Partition partition, KafkaRecord record, CancellationToken cancellationToken) =>
        _producer.Value.ProduceAsync(new TopicPartition(topic, partition), Message(record), cancellationToken);

    public void Dispose()
    {
        if (_producer.IsValueCreated)
        {
            _producer.Value.Flush(FlushBound);
            ClientEnd.Dispose(_producer.Value);
        }
    }

    private static IProducer<byte[]?, byte[]?> Create(string name, KafkaStreamOptions options, ILogger logger)
    {
        var failure = new RepeatedFailure();
        return new ProducerBuilder<byte[]?, byte[]?>(KafkaClientSettings.Producer(options))
            .SetLogHandler((_, line) => Log.ClientLine(logger, name, line.Facility, line.Message))
            .SetErrorHandler((_, error) =>
            {
                if (failure.Failed())
                {
                    Log.Failing(logger, name, "producing", failure.Count, error.Reason);
                }
            })
            .Build();
    }

    private static Message<byte[]?, byte[]?> Message(KafkaRecord record)
    {
        var message = new Message<byte[]?, byte[]?> { Key = record.Key, Value = record.Value };
        if (record.TimestampMilliseconds > 0)
        {
            message.Timestamp = new Timestamp(record.TimestampMilliseconds, TimestampType.CreateTime);
        }

        if (record.Headers.Count > 0)
        {
            message.Headers = [];
            foreach (var header in record.Headers)
            {
                message.Headers.Add(header.Name, header.Value);
            }
        }

        return message;
    }
}
