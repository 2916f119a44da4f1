using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Orleans.Inference.Streams.Kafka;

/// <summary>A client of its own for commits, so that they need no partition here and do not wait for the reader's thread. Any thread.</summary>
internal sealed class GroupOffsets : IKafkaStreamOffsets, IDisposable
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);
    private readonly string _topic;
    private readonly Lazy<IConsumer<Ignore, Ignore>> _client;
    private readonly RepeatedFailure _failure = new();

    public GroupOffsets(string name, KafkaStreamOptions options, ILogger logger)
    {
        _topic = options.Topic;
        _client = new(() => new ConsumerBuilder<Ignore, Ignore>(KafkaClientSettings.Consumer(options))
            .SetLogHandler((_, line) => Log.ClientLine(logger, name, line.Facility, line.Message))
            .SetErrorHandler((_, error) =>
            {
                if (_failure.Failed())
                {
                    Log.Failing(logger, name, "committing", _failure.Count, error.Reason);
                }
            })
            .Build());
    }

    public Task CommitAsync(int partition, long next, CancellationToken cancellationToken) =>
        Task.Run(() => _client.Value.Commit([new TopicPartitionOffset(_topic, partition, next)]), CancellationToken.None).WaitAsync(cancellationToken);

    public Task<long?> CommittedAsync(int partition, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            var offset = _client.Value.Committed([new TopicPartition(_topic, partition)], AnswerTimeout)[0].Offset;
            return offset.IsSpecial ? (long?)null : offset.Value;
        },
        CancellationToken.None).WaitAsync(cancellationToken);

    public void Dispose()
    {
        if (_client.IsValueCreated)
        {
            ClientEnd.Dispose(_client.Value);
        }
    }
}
