using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Orleans.Inference.Streams.Kafka;

/// <summary>Asks the cluster how many partitions the topic has.</summary>
internal static class TopicMetadata
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Asks again until the topic is there.</summary>
    /// <exception cref="OrleansConfigurationException">It is not after <see cref="KafkaStreamOptions.StartTimeout"/>.</exception>
    public static async Task<int> CountPartitionsAsync(
        string name, KafkaStreamOptions options, ILogger logger, TimeProvider time, CancellationToken cancellationToken)
    {
        if (options.Partitions is { } configured)
        {
            return configured;
        }

        using var client = new AdminClientBuilder(KafkaClientSettings.Admin(options))
            .SetLogHandler((_, line) => Log.ClientLine(logger, name, line.Facility, line.Message))
            .SetErrorHandler((_, _) => { })
            .Build();
        var failure = new RepeatedFailure();
        var began = time.GetTimestamp();
        while (true)
        {
            var (partitions, problem) = await Task.Run(() => Ask(client, options.Topic), cancellationToken);
            if (partitions > 0)
            {
                Log.TopicFound(logger, name, options.Topic, partitions);
                return partitions;
            }

            if (time.GetElapsedTime(began) > options.StartTimeout)
            {
                throw new OrleansConfigurationException(
                    $"Kafka streams '{name}': {options.Brokers} gave no partitions of topic {options.Topic} within {options.StartTimeout}: {problem}. "
                    + $"Create the topic, correct {nameof(options.Brokers)}, or set {nameof(options.Partitions)} to start without asking.");
            }

            if (failure.Failed())
            {
                Log.Failing(logger, name, $"asking for topic {options.Topic}", failure.Count, problem);
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private static (int Partitions, string Problem) Ask(IAdminClient client, string topic)
    {
        try
        {
            var answer = client.GetMetadata(topic, RequestTimeout).Topics.Find(found => found.Topic == topic);
            return (answer?.Partitions.Count ?? 0, answer?.Error.IsError == true ? answer.Error.Reason : "it does not exist");
        }
        catch (KafkaException problem)
        {
            return (0, problem.Error.Reason);
        }
    }
}
