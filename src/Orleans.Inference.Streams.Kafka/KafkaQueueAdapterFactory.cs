using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Streams;

namespace Orleans.Inference.Streams.Kafka;

/// <summary>Makes the parts of one provider on one silo or client, and owns the consumer and the producer.</summary>
internal sealed class KafkaQueueAdapterFactory : IQueueAdapterFactory, IQueueAdapterCache, IDisposable
{
    private readonly string _name;
    private readonly KafkaStreamOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly StreamProducer _producer;
    private readonly DeadLetterWriter _deadLetters;
    private readonly Lazy<TopicReader> _reader;
    private readonly ConcurrentDictionary<QueueId, PartitionFeed> _feeds = [];
    private readonly CancellationTokenSource _stopping = new();
    private StreamNaming? _naming;

    public KafkaQueueAdapterFactory(string name, KafkaStreamOptions options, ILoggerFactory loggers, TimeProvider time)
    {
        (_name, _options, _time) = (name, options, time);
        _logger = loggers.CreateLogger("Orleans.Inference.Streams.Kafka");
        _producer = new StreamProducer(name, options, _logger);
        Offsets = new GroupOffsets(name, options, _logger);
        _deadLetters = new DeadLetterWriter(name, options, _producer, _logger, time);
        _reader = new(() => new TopicReader(name, options, _logger, time));
    }

    public GroupOffsets Offsets { get; }

    /// <summary>Records of all partitions here, in hand and in caches.</summary>
    public long Held => _feeds.Values.Sum(feed => feed.Held);

    private StreamNaming Naming => _naming ?? throw new InvalidOperationException($"Kafka streams '{_name}' have not been started.");

    public static KafkaQueueAdapterFactory Create(IServiceProvider services, string name) => new(
        name,
        services.GetRequiredService<IOptionsMonitor<KafkaStreamOptions>>().Get(name),
        services.GetRequiredService<ILoggerFactory>(),
        services.GetService<TimeProvider>() ?? TimeProvider.System);

    public Task<IQueueAdapter> CreateAdapter() => CreateAdapter(CancellationToken.None);

    public async Task<IQueueAdapter> CreateAdapter(CancellationToken cancellationToken)
    {
        var partitions = await TopicMetadata.CountPartitionsAsync(_name, _options, _logger, _time, cancellationToken);
        _naming = new StreamNaming(_options, partitions);
        return new KafkaQueueAdapter(_name, _options, _naming, _producer, CreateReceiver);
    }

    public IQueueAdapterCache GetQueueAdapterCache() => this;

    public IStreamQueueMapper GetStreamQueueMapper() => new PartitionQueueMapper(_name, Naming);

    /// <summary>Called before the receiver is made; an agent that gets its queue back gets both anew.</summary>
    public IQueueCache CreateQueueCache(QueueId queueId) =>
        new PartitionCache(_feeds[queueId] = new PartitionFeed((int)queueId.GetNumericId(), _options, _time), _options.MaxBatchRecords);

    public Task<IStreamFailureHandler> GetDeliveryFailureHandler(QueueId queueId) =>
        Task.FromResult<IStreamFailureHandler>(new DeliveryFailurePolicy(() => _feeds.GetValueOrDefault(queueId), _deadLetters, _stopping.Token));

    public void Dispose()
    {
        _stopping.Cancel();
        if (_reader.IsValueCreated)
        {
            _reader.Value.Dispose();
        }

        Offsets.Dispose();
        _producer.Dispose();
        _stopping.Dispose();
    }

    private PartitionReceiver CreateReceiver(QueueId queueId)
    {
        var feed = _feeds[queueId];
        return new PartitionReceiver(feed, _reader.Value, new PartitionDecoder(feed, _options, Naming, _deadLetters, _time), Naming, _time);
    }
}
