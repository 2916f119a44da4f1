using Orleans.Inference.Kafka.Native;

namespace Orleans.Inference.Kafka;

/// <summary>
/// Kafka for development and tests: librdkafka's mock cluster, the real protocol on loopback sockets and in memory.
/// </summary>
/// <remarks>
/// Limits: it keeps 5 MB or 100,000 batches a partition and silently drops the oldest; an empty fetch waits the whole <c>fetch.wait.max.ms</c>;
/// there is no CreateTopics (topics appear when first asked for, with <see cref="DefaultPartitions"/>); transactions are answered, but
/// isolation is ignored; it chooses its ports. Topic ids are new at each start, so positions of an earlier one are recognised as such.
/// </remarks>
public sealed class DevelopmentBroker : IDisposable
{
    /// <summary>Partitions of a topic that was not named at start; the library has no setting for it.</summary>
    public const int DefaultPartitions = 4;

    private readonly Lock _gate = new();
    private readonly nint _client;
    private nint _cluster;

    private DevelopmentBroker(nint client, nint cluster, string bootstrapServers, int brokers)
    {
        _client = client;
        _cluster = cluster;
        BootstrapServers = bootstrapServers;
        Brokers = brokers;
    }

    /// <summary><c>HOST:PORT[,HOST:PORT]</c>, on loopback.</summary>
    public string BootstrapServers { get; }

    /// <summary>Number of brokers; their ids start at 1.</summary>
    public int Brokers { get; }

    /// <summary>Settings that reach this broker.</summary>
    public KafkaSettings Settings => new() { Brokers = BootstrapServers };

    /// <exception cref="InferenceException">The library cannot start it; the message says why.</exception>
    public static unsafe DevelopmentBroker Start(int brokers = 1, IReadOnlyList<TopicSpec>? topics = null)
    {
        const int ErrorSize = 512;
        ArgumentOutOfRangeException.ThrowIfLessThan(brokers, 1);
        var error = stackalloc byte[ErrorSize];
        var conf = Librdkafka.rd_kafka_conf_new();

        // The client that carries the cluster has no broker of its own and would say so.
        _ = Librdkafka.rd_kafka_conf_set(conf, "log_level", "3", error, ErrorSize);
        var client = Librdkafka.rd_kafka_new(Librdkafka.Producer, conf, error, ErrorSize);
        if (client == 0)
        {
            throw new InferenceException($"The development broker cannot start: {Librdkafka.Text(error)}");
        }

        var cluster = Librdkafka.rd_kafka_mock_cluster_new(client, brokers);
        if (cluster == 0)
        {
            Librdkafka.rd_kafka_destroy(client);
            throw new InferenceException("The development broker cannot start: no loopback port is free.");
        }

        // Without a controller, administrative requests would wait for one for ever.
        Librdkafka.rd_kafka_mock_set_controller_id(cluster, 1);

        // Three seconds would pass before a group's first assignment.
        Librdkafka.rd_kafka_mock_group_initial_rebalance_delay_ms(cluster, 0);
        var broker = new DevelopmentBroker(
            client, cluster, Librdkafka.Text(Librdkafka.rd_kafka_mock_cluster_bootstraps(cluster)), brokers);
        try
        {
            foreach (var topic in topics ?? [])
            {
                broker.CreateTopic(topic);
            }
        }
        catch
        {
            broker.Dispose();
            throw;
        }

        return broker;
    }

    /// <exception cref="InferenceException">The topic exists, or the number of partitions is below 1.</exception>
    public void CreateTopic(TopicSpec topic)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_cluster == 0, this);
            if (topic.Partitions < 1)
            {
                throw new InferenceException($"Topic {topic.Name} has {topic.Partitions} partitions; 1 is the least.");
            }

            var error = Librdkafka.rd_kafka_mock_topic_create(_cluster, topic.Name, topic.Partitions, 1);
            if (error != 0)
            {
                throw new InferenceException($"Topic {topic.Name} cannot be created on the development broker: {Librdkafka.Reason(error)}.");
            }
        }
    }

    /// <summary>Closes a broker's connections and refuses new ones, as if it had gone down; its records stay.</summary>
    public void TakeDown(int broker) => Switch(broker, up: false);

    /// <summary>Lets a broker answer again, on the same port.</summary>
    public void BringUp(int broker) => Switch(broker, up: true);

    public void Dispose()
    {
        lock (_gate)
        {
            if (_cluster != 0)
            {
                Librdkafka.rd_kafka_mock_cluster_destroy(_cluster);
                Librdkafka.rd_kafka_destroy(_client);
                _cluster = 0;
            }
        }
    }

    private void Switch(int broker, bool up)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_cluster == 0, this);
            var error = up
                ? Librdkafka.rd_kafka_mock_broker_set_up(_cluster, broker)
                : Librdkafka.rd_kafka_mock_broker_set_down(_cluster, broker);
            if (error != 0)
            {
                throw new InferenceException($"Broker {broker} of {Brokers}: {Librdkafka.Reason(error)}.");
            }
        }
    }
}
