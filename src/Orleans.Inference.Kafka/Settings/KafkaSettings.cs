using Orleans.Inference.Kafka.Native;

namespace Orleans.Inference.Kafka;

/// <summary>How to reach a Kafka cluster.</summary>
public sealed record KafkaSettings
{
    internal const string ConsumerPrefix = "consumer.";
    internal const string ProducerPrefix = "producer.";

    /// <summary>Addresses to start from: <c>HOST:PORT[,HOST:PORT]</c>.</summary>
    public required string Brokers { get; init; }

    /// <summary>
    /// librdkafka's own settings by name (https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md): <c>security.protocol</c>,
    /// <c>sasl.username</c>, ... A name starting with <c>consumer.</c> or <c>producer.</c> is for that side only.
    /// </summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Whether a missing topic may be created.</summary>
    public bool CreateTopics { get; init; } = true;

    /// <summary>Partitions of a topic created here.</summary>
    public int NewTopicPartitions { get; init; } = 4;

    /// <summary>
    /// Reads the settings of a configuration section such as <c>Kafka</c>: <c>Brokers</c>, <c>CreateTopics</c>, <c>NewTopicPartitions</c>, and
    /// every other name as an option.
    /// </summary>
    /// <param name="section">Names without the section's own, and values; empty values are left out.</param>
    /// <param name="brokers">Replaces the section's brokers when not null.</param>
    /// <exception cref="InferenceException">Something is missing or invalid; all problems at once.</exception>
    public static KafkaSettings From(IEnumerable<KeyValuePair<string, string?>> section, string? brokers = null)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        var create = true;
        var partitions = 4;
        var problems = new List<string>();
        foreach (var (name, value) in section)
        {
            if (string.IsNullOrEmpty(value))
            {
                continue;
            }

            switch (name.ToUpperInvariant())
            {
                case "BROKERS":
                    brokers ??= value;
                    break;
                case "CREATETOPICS" when !bool.TryParse(value, out create):
                    problems.Add($"CreateTopics: '{value}' is neither true nor false");
                    break;
                case "NEWTOPICPARTITIONS" when !int.TryParse(value, out partitions) || partitions < 1:
                    problems.Add($"NewTopicPartitions: '{value}' is not a whole number from 1 on");
                    break;
                case "CREATETOPICS" or "NEWTOPICPARTITIONS":
                    break;
                default:
                    options[name] = value;
                    break;
            }
        }

        var settings = new KafkaSettings
        {
            Brokers = brokers ?? "",
            Options = options,
            CreateTopics = create,
            NewTopicPartitions = partitions,
        };
        problems.AddRange(settings.Problems());
        return problems.Count == 0 ? settings : throw Invalid(problems);
    }

    /// <summary>Checks every name and value without connecting.</summary>
    /// <exception cref="InferenceException">Something is unknown, invalid or not to be changed; all problems at once.</exception>
    public void Validate()
    {
        var problems = Problems();
        if (problems.Count > 0)
        {
            throw Invalid(problems);
        }
    }

    private static InferenceException Invalid(List<string> problems) =>
        new($"Kafka settings: {string.Join("; ", problems)}. See librdkafka's CONFIGURATION.md for names and values.");

    private unsafe List<string> Problems()
    {
        const int ErrorSize = 512;
        var error = stackalloc byte[ErrorSize];
        var problems = new List<string>();
        if (string.IsNullOrWhiteSpace(Brokers))
        {
            problems.Add("Brokers: missing; give HOST:PORT[,HOST:PORT]");
        }

        var conf = Librdkafka.rd_kafka_conf_new();
        foreach (var (option, value) in Options.OrderBy(option => option.Key, StringComparer.Ordinal))
        {
            var name = ClientSettings.WithoutPrefix(option);
            if (ClientSettings.IsFixed(name, out var reason))
            {
                problems.Add($"{option}: {reason}");
            }
            else if (Librdkafka.rd_kafka_conf_set(conf, name, value, error, ErrorSize) != 0)
            {
                problems.Add($"{option}: {Librdkafka.Text(error)}");
            }
        }

        Librdkafka.rd_kafka_conf_destroy(conf);
        return problems;
    }
}
