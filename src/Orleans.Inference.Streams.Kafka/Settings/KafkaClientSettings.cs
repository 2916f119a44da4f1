namespace Orleans.Inference.Streams.Kafka;

/// <summary>Puts together what each client is given: our defaults, then the user's settings, then what delivery rests on.</summary>
internal static class KafkaClientSettings
{
    public const string ConsumerPrefix = "consumer.";
    public const string ProducerPrefix = "producer.";

    private static readonly Dictionary<string, string> Fixed = new(StringComparer.Ordinal)
    {
        ["bootstrap.servers"] = "is given as Brokers",
        ["metadata.broker.list"] = "is given as Brokers",
        ["group.id"] = "is given as Group",
        ["enable.auto.commit"] = "what is committed follows from what is delivered",
        ["enable.auto.offset.store"] = "what is committed follows from what is delivered",
        ["auto.commit.interval.ms"] = "is given as CommitInterval",
        ["auto.offset.reset"] = "is given as Start",
        ["enable.partition.eof"] = "reading from the right place depends on it",
        ["enable.idempotence"] = "order depends on it",
        ["acks"] = "a dead letter must be acknowledged",
        ["request.required.acks"] = "a dead letter must be acknowledged",
    };

    public static string? WhyFixed(string name) => Fixed.GetValueOrDefault(name);

    public static string WithoutPrefix(string setting) =>
        setting.StartsWith(ConsumerPrefix, StringComparison.Ordinal) ? setting[ConsumerPrefix.Length..]
        : setting.StartsWith(ProducerPrefix, StringComparison.Ordinal) ? setting[ProducerPrefix.Length..]
        : setting;

    public static Dictionary<string, string> Admin(KafkaStreamOptions options) => With(options, prefix: null, defaults: [], required: []);

    public static Dictionary<string, string> Consumer(KafkaStreamOptions options) => With(
        options,
        ConsumerPrefix,
        new(StringComparer.Ordinal)
        {
            ["fetch.wait.max.ms"] = "100",
            ["fetch.error.backoff.ms"] = "100",

            // With the default of a second a reader that has once fallen behind stops and goes.
            ["fetch.queue.backoff.ms"] = "5",

            // A paused partition keeps what has been fetched; more than the cache holds would be fetched twice.
            ["queued.max.messages.kbytes"] = "16384",
            ["isolation.level"] = "read_committed",

            // Reading is not bound to group membership: a silo that is held back for minutes is no fault.
            ["max.poll.interval.ms"] = "86400000",
        },
        new(StringComparer.Ordinal)
        {
            ["group.id"] = options.Group,
            ["enable.auto.commit"] = "true",
            ["enable.auto.offset.store"] = "false",
            ["auto.commit.interval.ms"] = ((int)options.CommitInterval.TotalMilliseconds).ToString(),
            ["auto.offset.reset"] = options.Start == KafkaStreamStart.Earliest ? "earliest" : "latest",
            ["enable.partition.eof"] = "true",
        });

    public static Dictionary<string, string> Producer(KafkaStreamOptions options) => With(
        options,
        ProducerPrefix,
        new(StringComparer.Ordinal)
        {
            ["linger.ms"] = "1",
            ["message.timeout.ms"] = "30000",

            // What a topic holds, its dead-letter topic can be given: the broker's limit says no, never this one.
            ["message.max.bytes"] = "104857600",

            // The same choice as Kafka's Java clients make, so that one key has one partition whoever writes it.
            ["partitioner"] = "murmur2_random",
        },
        new(StringComparer.Ordinal)
        {
            ["enable.idempotence"] = "true",
            ["acks"] = "all",
        });

    private static Dictionary<string, string> With(
        KafkaStreamOptions options, string? prefix, Dictionary<string, string> defaults, Dictionary<string, string> required)
    {
        defaults["client.id"] = "orleans-kafka-streams";
        defaults["reconnect.backoff.ms"] = "50";
        defaults["reconnect.backoff.max.ms"] = "1000";
        defaults["topic.metadata.refresh.fast.interval.ms"] = "100";
        foreach (var (name, value) in options.Settings.Where(setting => WithoutPrefix(setting.Key) == setting.Key))
        {
            defaults[name] = value;
        }

        foreach (var (name, value) in options.Settings.Where(setting => prefix is not null && setting.Key.StartsWith(prefix, StringComparison.Ordinal)))
        {
            defaults[name[prefix!.Length..]] = value;
        }

        foreach (var (name, value) in required)
        {
            defaults[name] = value;
        }

        defaults["bootstrap.servers"] = options.Brokers;
        return defaults;
    }
}
