using Confluent.Kafka;
using Orleans.Configuration;

namespace Orleans.Inference.Streams.Kafka;

/// <summary>Refuses options at start, with all problems at once.</summary>
internal sealed class KafkaStreamOptionsValidator(string name, KafkaStreamOptions options, StreamPullingAgentOptions? agent) : IConfigurationValidator
{
    /// <exception cref="OrleansConfigurationException">Something is missing or wrong: key, value and what is allowed, for each.</exception>
    public void ValidateConfiguration()
    {
        var problems = Problems().ToArray();
        if (problems.Length > 0)
        {
            throw new OrleansConfigurationException($"Kafka streams '{name}': {string.Join("; ", problems)}.");
        }
    }

    private IEnumerable<string> Problems()
    {
        (string Key, string Value)[] texts =
            [(nameof(options.Brokers), options.Brokers), (nameof(options.Topic), options.Topic), (nameof(options.Group), options.Group)];
        foreach (var (key, value) in texts)
        {
            if (string.IsNullOrWhiteSpace(value))
            {
                yield return $"{key} is missing";
            }
        }

        if (options.Serializer is null)
        {
            yield return $"{nameof(options.Serializer)} is null";
        }

        if (options.Namespace is { } space && string.IsNullOrWhiteSpace(space))
        {
            yield return $"{nameof(options.Namespace)} is empty: leave it null for the topic's name";
        }

        if (string.IsNullOrWhiteSpace(options.EffectiveDeadLetterTopic) || options.EffectiveDeadLetterTopic == options.Topic)
        {
            yield return $"{nameof(options.DeadLetterTopic)} is '{options.DeadLetterTopic}': give a topic other than the one that is read";
        }

        foreach (var (key, value) in Numbers())
        {
            if (value < 1)
            {
                yield return $"{key} is {value}: 1 is the least";
            }
        }

        foreach (var (key, value) in Times())
        {
            if (value < TimeSpan.FromMilliseconds(1) || value > TimeSpan.FromDays(1))
            {
                yield return $"{key} is {value}: from 1 ms to 1 day";
            }
        }

        if (agent is { BatchContainerBatchSize: not 1 })
        {
            yield return $"the pulling agent's {nameof(agent.BatchContainerBatchSize)} is {agent.BatchContainerBatchSize}: leave it at 1 and set "
                + $"{nameof(options.MaxBatchRecords)}";
        }

        foreach (var (setting, value) in options.Settings.OrderBy(setting => setting.Key, StringComparer.Ordinal))
        {
            if (ProblemOf(setting, value) is { } problem)
            {
                yield return $"{nameof(options.Settings)}[{setting}] {problem}";
            }
        }
    }

    private IEnumerable<(string Key, int Value)> Numbers()
    {
        yield return (nameof(options.Partitions), options.Partitions ?? 1);
        yield return (nameof(options.MaxBatchRecords), options.MaxBatchRecords);
        yield return (nameof(options.CacheRecords), options.CacheRecords);
        yield return (nameof(options.CacheBytes), options.CacheBytes);
    }

    private IEnumerable<(string Key, TimeSpan Value)> Times()
    {
        yield return (nameof(options.PollTimeout), options.PollTimeout);
        yield return (nameof(options.CommitInterval), options.CommitInterval);
        yield return (nameof(options.DeliveryTimeout), options.DeliveryTimeout);
        yield return (nameof(options.StartTimeout), options.StartTimeout);
    }

    /// <summary>The library itself judges, one setting at a time, so that each that is wrong is named.</summary>
    private static string? ProblemOf(string setting, string value)
    {
        var option = KafkaClientSettings.WithoutPrefix(setting);
        if (KafkaClientSettings.WhyFixed(option) is { } reason)
        {
            return $"may not be set: {reason}";
        }

        try
        {
            // Which of the library's own settings go together is judged when all of them are given to a client.
            using var client = new ProducerBuilder<Null, Null>(new Dictionary<string, string>(StringComparer.Ordinal) { [option] = value })
                .SetLogHandler((_, _) => { })
                .SetErrorHandler((_, _) => { })
                .Build();
            return null;
        }
        catch (Exception problem) when (problem is KafkaException or InvalidOperationException or ArgumentException)
        {
            return problem.Message;
        }
    }
}
