namespace Orleans.Inference.Streams.Kafka;

/// <summary>One Kafka topic as a stream provider.</summary>
public sealed class KafkaStreamOptions
{
    /// <summary>Addresses to start from: <c>HOST:PORT[,HOST:PORT]</c>.</summary>
    public string Brokers { get; set; } = "";

    /// <summary>The topic.</summary>
    public string Topic { get; set; } = "";

    /// <summary>The consumer group whose committed offsets say where reading goes on. Membership is not used: Orleans places partitions.</summary>
    public string Group { get; set; } = "";

    /// <summary>The streams' namespace; null: the topic.</summary>
    public string? Namespace { get; set; }

    /// <summary>What the streams' keys are.</summary>
    public KafkaStreamKey StreamKey { get; set; } = KafkaStreamKey.Partition;

    /// <summary>Number of partitions; null: ask the cluster at start.</summary>
    public int? Partitions { get; set; }

    /// <summary>Where to begin without a committed offset.</summary>
    public KafkaStreamStart Start { get; set; } = KafkaStreamStart.Earliest;

    /// <summary>Where records go that cannot be read or delivered; null: the topic's name with <c>-dlq</c>.</summary>
    public string? DeadLetterTopic { get; set; }

    /// <summary>Events from and to records; the default leaves them as they are.</summary>
    public IKafkaRecordSerializer Serializer { get; set; } = new RecordSerializer();

    /// <summary>Records delivered in one call, at most. Batches grow with load and never wait to be filled.</summary>
    public int MaxBatchRecords { get; set; } = 1_000;

    /// <summary>
    /// Records of one partition held in memory, at most (exceeded by what is in hand); beyond it the partition is paused until half is delivered.
    /// </summary>
    public int CacheRecords { get; set; } = 20_000;

    /// <summary>As <see cref="CacheRecords"/>, in bytes.</summary>
    public int CacheBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>How long a pulling agent waits for records before it looks around. A record that comes ends the wait.</summary>
    public TimeSpan PollTimeout { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Who says which offsets may be committed.</summary>
    public KafkaStreamCommit Commit { get; set; } = KafkaStreamCommit.Delivered;

    /// <summary>How often delivered offsets are committed.</summary>
    public TimeSpan CommitInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a delivery is tried again. A batch is then tried record by record, for as long each; a record that fails alone is a dead letter.
    /// </summary>
    public TimeSpan DeliveryTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long the start waits for the cluster to name the topic's partitions.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// librdkafka's own settings by name (<c>security.protocol</c>, <c>sasl.username</c>, <c>fetch.wait.max.ms</c>, ...). A name starting with
    /// <c>consumer.</c> or <c>producer.</c> is for that side only.
    /// </summary>
    public IDictionary<string, string> Settings { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    internal string EffectiveNamespace => Namespace ?? Topic;

    internal string EffectiveDeadLetterTopic => DeadLetterTopic ?? $"{Topic}-dlq";
}
