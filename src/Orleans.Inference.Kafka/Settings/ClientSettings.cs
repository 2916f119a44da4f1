namespace Orleans.Inference.Kafka;

/// <summary>Puts together what each kind of client is given: our defaults, then the user's options, then what delivery depends on.</summary>
internal static class ClientSettings
{
    /// <summary>What the semantics rest on, and why an option may not change it.</summary>
    private static readonly Dictionary<string, string> Fixed = new(StringComparer.Ordinal)
    {
        ["bootstrap.servers"] = "is given as Brokers",
        ["metadata.broker.list"] = "is given as Brokers",
        ["group.id"] = "is the pipeline's source.group",
        ["enable.auto.commit"] = "positions are kept in checkpoints",
        ["enable.auto.offset.store"] = "positions are kept in checkpoints",
        ["enable.partition.eof"] = "reading to the end depends on it",
        ["auto.offset.reset"] = "a position that is gone is replaced by the first",
        ["enable.idempotence"] = "order and exactly one copy depend on it",
        ["acks"] = "a checkpoint needs acknowledged records",
        ["request.required.acks"] = "a checkpoint needs acknowledged records",
        ["log.queue"] = "log lines go to the program's log",
    };

    public static bool IsFixed(string name, out string reason)
    {
        var found = Fixed.TryGetValue(name, out var why);
        reason = $"may not be set: {why}";
        return found;
    }

    public static string WithoutPrefix(string option) =>
        option.StartsWith(KafkaSettings.ConsumerPrefix, StringComparison.Ordinal) ? option[KafkaSettings.ConsumerPrefix.Length..]
        : option.StartsWith(KafkaSettings.ProducerPrefix, StringComparison.Ordinal) ? option[KafkaSettings.ProducerPrefix.Length..]
        : option;

    /// <summary>For administration: options without a prefix.</summary>
    public static Dictionary<string, string> Admin(KafkaSettings settings) => With(Base(), settings, prefix: null, []);

    /// <param name="settings">The user's.</param>
    /// <param name="group">Consumer group.</param>
    /// <param name="isMock">
    /// The development broker answers an empty fetch only after the whole wait, even when a record has come meanwhile; a real broker answers at once.
    /// </param>
    public static Dictionary<string, string> Consumer(KafkaSettings settings, string group, bool isMock)
    {
        var defaults = Base();
        defaults["fetch.wait.max.ms"] = isMock ? "2" : "100";
        defaults["fetch.error.backoff.ms"] = "100";

        // With the default of a second a reader that has once fallen behind stops and goes.
        defaults["fetch.queue.backoff.ms"] = "5";
        defaults["isolation.level"] = "read_committed";

        // Reading is not bound to group membership: a reader that is held back for minutes is no fault.
        defaults["max.poll.interval.ms"] = "86400000";
        return With(defaults, settings, KafkaSettings.ConsumerPrefix, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["group.id"] = group,
            ["enable.auto.commit"] = "false",
            ["enable.auto.offset.store"] = "false",
            ["enable.partition.eof"] = "true",
            ["auto.offset.reset"] = "earliest",
        });
    }

    /// <param name="settings">The user's.</param>
    /// <param name="timeoutMs">How long a record may wait for its acknowledgement; 0 is without end.</param>
    public static Dictionary<string, string> Producer(KafkaSettings settings, int timeoutMs)
    {
        var defaults = Base();
        defaults["linger.ms"] = "1";
        defaults["message.timeout.ms"] = timeoutMs.ToString();

        // What a source topic holds, a dead-letter topic can be given: the broker's limit says no, never this one, which would stop the pipeline.
        defaults["message.max.bytes"] = "104857600";
        defaults["queue.buffering.max.messages"] = "500000";
        defaults["queue.buffering.max.kbytes"] = "262144";
        defaults["retry.backoff.ms"] = "50";
        defaults["retry.backoff.max.ms"] = "500";

        // The same choice as Kafka's Java clients make, so that one key has one partition whoever writes it.
        defaults["partitioner"] = "murmur2_random";
        return With(defaults, settings, KafkaSettings.ProducerPrefix, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["enable.idempotence"] = "true",
            ["acks"] = "all",
        });
    }

    private static Dictionary<string, string> Base() => new(StringComparer.Ordinal)
    {
        ["client.id"] = "orleans-inference",
        ["reconnect.backoff.ms"] = "50",
        ["reconnect.backoff.max.ms"] = "1000",
        ["topic.metadata.refresh.fast.interval.ms"] = "100",
    };

    private static Dictionary<string, string> With(
        Dictionary<string, string> target, KafkaSettings settings, string? prefix, Dictionary<string, string> semantics)
    {
        foreach (var (option, value) in settings.Options)
        {
            if (WithoutPrefix(option) == option)
            {
                target[option] = value;
            }
        }

        foreach (var (option, value) in settings.Options)
        {
            if (prefix is not null && option.StartsWith(prefix, StringComparison.Ordinal))
            {
                target[option[prefix.Length..]] = value;
            }
        }

        foreach (var (name, value) in semantics)
        {
            target[name] = value;
        }

        target["bootstrap.servers"] = settings.Brokers;
        return target;
    }
}
