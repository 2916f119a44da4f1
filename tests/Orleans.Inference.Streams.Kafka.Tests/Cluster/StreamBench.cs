using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Inference.Kafka;
using Orleans.Providers.Streams.Common;
using Orleans.Streams;
using Orleans.TestingHost;

namespace Orleans.Inference.Streams.Kafka;

/// <summary>A development broker, silos that read a topic of it, and what their grains got.</summary>
internal sealed class StreamBench : IAsyncDisposable
{
    public const string Provider = "kafka";
    public const string Group = "tests";

    private readonly Action<KafkaStreamOptions> _configure;
    private readonly Action<SiloKafkaStreamConfigurator> _configureSilo;
    private readonly string _topic;
    private readonly IProducer<byte[]?, byte[]?> _producer;
    private InProcessTestCluster? _cluster;

    public StreamBench(
        string topic, int partitions = 2, Action<KafkaStreamOptions>? configure = null, Action<SiloKafkaStreamConfigurator>? configureSilo = null)
    {
        (_topic, _configure, _configureSilo) = (topic, configure ?? (_ => { }), configureSilo ?? (_ => { }));
        Broker = DevelopmentBroker.Start(topics: [new(topic, partitions)]);
        _producer = new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig
        {
            BootstrapServers = Broker.BootstrapServers,
            EnableIdempotence = true,
            LingerMs = 1,
            Partitioner = Partitioner.Murmur2Random,
        }).Build();
    }

    public DevelopmentBroker Broker { get; }

    public Deliveries Deliveries { get; } = new();

    public LogLines Logs { get; } = new();

    public InProcessTestCluster Cluster => _cluster ?? throw new InvalidOperationException("Start the silos first.");

    public IGrainFactory Grains => Cluster.Client;

    /// <summary>Records in the silos' hands and caches.</summary>
    public long Held => Cluster.Silos.Sum(silo =>
        ((KafkaQueueAdapterFactory)silo.ServiceProvider.GetRequiredKeyedService<IQueueAdapterFactory>(Provider)).Held);

    public async Task StartAsync(short silos = 1)
    {
        var builder = new InProcessTestClusterBuilder(silos);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton(Deliveries);
            silo.Services.AddLogging(logging => logging
                .SetMinimumLevel(LogLevel.Error)
                .AddFilter<LogLines>(category: null, LogLevel.None)
                .AddFilter<LogLines>("Orleans.Inference.Streams.Kafka", LogLevel.Information)
                .AddProvider(Logs));
            silo.Configure<ClusterMembershipOptions>(options =>
            {
                options.ProbeTimeout = TimeSpan.FromSeconds(1);
                options.NumMissedProbesLimit = 2;
                options.TableRefreshTimeout = TimeSpan.FromSeconds(2);
            });
            silo.AddMemoryGrainStorage("PubSubStore");
            silo.AddKafkaStreams(Provider, (SiloKafkaStreamConfigurator streams) => _configureSilo(streams.ConfigureKafka(Configure)));
        });
        builder.ConfigureClient(client => client.AddKafkaStreams(Provider, Configure));
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async Task StopAsync()
    {
        await Cluster.StopAllSilosAsync();
        await Cluster.DisposeAsync();
        _cluster = null;
    }

    /// <summary>Sends and waits for the acknowledgements.</summary>
    public Task Send(int partition, params string[] values) => Task.WhenAll(values.Select(value =>
        _producer.ProduceAsync(new TopicPartition(_topic, partition), new() { Key = "k"u8.ToArray(), Value = Encoding.UTF8.GetBytes(value) })));

    public Task Send(int partition, int first, int count) => Send(partition, [.. Enumerable.Range(first, count).Select(i => $"{i}")]);

    public Task<DeliveryResult<byte[]?, byte[]?>> SendKeyed(string? key, string value) =>
        _producer.ProduceAsync(_topic, new() { Key = key is null ? null : Encoding.UTF8.GetBytes(key), Value = Encoding.UTF8.GetBytes(value) });

    public Task<long> Committed(int partition) => Task.Run(() =>
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = Broker.BootstrapServers, GroupId = Group }).Build();
        return consumer.Committed([new TopicPartition(_topic, partition)], TimeSpan.FromSeconds(5))[0].Offset.Value;
    });

    public Task UntilCommitted(int partition, long offset) =>
        Awaiting.Until(async () => await Committed(partition) == offset, $"offset {offset} of partition {partition} committed");

    /// <summary>Reads so many records of a topic from its beginning.</summary>
    public Task<List<ConsumeResult<byte[]?, byte[]?>>> Read(string topic, int count) => Task.Run(() =>
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig
        {
            BootstrapServers = Broker.BootstrapServers,
            GroupId = "reader",
            FetchWaitMaxMs = 2,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = false,
        }).Build();
        consumer.Assign(Enumerable.Range(0, DevelopmentBroker.DefaultPartitions).Select(i => new TopicPartitionOffset(topic, i, Offset.Beginning)));
        var records = new List<ConsumeResult<byte[]?, byte[]?>>();
        var deadline = Environment.TickCount64 + (long)Awaiting.Bound.TotalMilliseconds;
        while (records.Count < count)
        {
            Assert.True(Environment.TickCount64 < deadline, $"Awaited in vain: {count} records in {topic}, there are {records.Count}");
            if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is { } record)
            {
                records.Add(record);
            }
        }

        return records;
    });

    /// <summary>How many partitions each silo reads.</summary>
    public async Task<int[]> Agents() =>
    [
        .. (await Grains.GetGrain<IManagementGrain>(0)
            .SendControlCommandToProvider<PersistentStreamProvider>(Provider, (int)PersistentStreamProviderCommand.GetNumberRunningAgents))
            .Select(Convert.ToInt32).Order(),
    ];

    public Task UntilAgents(params int[] counts) =>
        Awaiting.Until(async () => (await Agents()).SequenceEqual(counts), $"silos that read {string.Join(" and ", counts)} partitions");

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await StopAsync();
        }

        _producer.Dispose();
        Broker.Dispose();
    }

    private void Configure(KafkaStreamOptions options)
    {
        options.Brokers = Broker.BootstrapServers;
        options.Topic = _topic;
        options.Group = Group;
        options.CommitInterval = TimeSpan.FromMilliseconds(50);
        options.PollTimeout = TimeSpan.FromMilliseconds(100);

        // The development broker answers an empty fetch only after the whole wait.
        options.Settings["fetch.wait.max.ms"] = "2";
        _configure(options);
    }
}
