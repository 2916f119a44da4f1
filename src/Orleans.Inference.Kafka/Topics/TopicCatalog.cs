using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using Orleans.Inference.Delivery;

namespace Orleans.Inference.Kafka;

/// <summary>Looks at topics, makes those that are missing, and keeps trying while that cannot be done.</summary>
internal sealed class TopicCatalog(KafkaSettings settings, ILogger logger, TimeProvider time)
{
    private const string MockCluster = "mockCluster";
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Describes topics, in the order asked, when all of them are there.</summary>
    public async Task<IReadOnlyList<TopicState>> DescribeAsync(IReadOnlyList<string> topics, CancellationToken cancellationToken)
    {
        var failure = new RepeatedFailure();
        var what = $"topics {string.Join(", ", topics)}";
        using var admin = BuildAdmin();
        while (true)
        {
            // Between requests only: to destroy the client under a request that is under way crashes the process. Each has a timeout of its own.
            cancellationToken.ThrowIfCancellationRequested();
            string reason;
            try
            {
                var (found, missing) = await FindAsync(admin, topics);
                if (missing is null)
                {
                    var states = await MeasureAsync(admin, found);
                    if (failure.Recovered(out var failures))
                    {
                        Log.Recovered(logger, what, failures);
                    }

                    return states;
                }

                reason = await CreateAsync(admin, missing);
            }
            catch (KafkaException exception)
            {
                reason = exception.Message;
            }

            // A topic just asked for appears a moment later: that is no failure.
            if (reason.Length > 0 && failure.Failed())
            {
                Log.Failing(logger, what, failure.Count, reason);
            }

            await Task.Delay(reason.Length > 0 ? Pause : Pause / 10, time, cancellationToken);
        }
    }

    private IAdminClient BuildAdmin() =>
        new AdminClientBuilder(ClientSettings.Admin(settings))
            .SetLogHandler((_, line) => Log.ClientLine(logger, "admin", line.Facility, line.Message))
            .SetErrorHandler((_, error) => Log.ClientLine(logger, "admin", "ERROR", error.Reason))
            .Build();

    private static async Task<(IReadOnlyList<TopicDescription> Found, string? Missing)> FindAsync(
        IAdminClient admin, IReadOnlyList<string> topics)
    {
        List<TopicDescription> descriptions;
        try
        {
            var result = await admin.DescribeTopicsAsync(
                TopicCollection.OfTopicNames(topics.Distinct(StringComparer.Ordinal)),
                new DescribeTopicsOptions { RequestTimeout = RequestTimeout });
            descriptions = result.TopicDescriptions;
        }
        catch (DescribeTopicsException exception)
        {
            descriptions = exception.Results.TopicDescriptions;
        }

        var found = new List<TopicDescription>();
        foreach (var topic in topics)
        {
            var description = descriptions.Find(description => description.Name == topic);
            if (description is null || description.Error.Code is ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic)
            {
                return ([], topic);
            }

            if (description.Error.IsError)
            {
                throw new KafkaException(description.Error);
            }

            if (description.Partitions.Find(partition => partition.Leader is null) is { } leaderless)
            {
                throw new KafkaException(new Error(ErrorCode.LeaderNotAvailable, $"{topic} [{leaderless.Partition}] has no leader"));
            }

            found.Add(description);
        }

        return (found, null);
    }

    private static async Task<IReadOnlyList<TopicState>> MeasureAsync(IAdminClient admin, IReadOnlyList<TopicDescription> topics)
    {
        var cluster = await admin.DescribeClusterAsync(new DescribeClusterOptions { RequestTimeout = RequestTimeout });
        var first = await OffsetsAsync(admin, topics, OffsetSpec.Earliest());
        var end = await OffsetsAsync(admin, topics, OffsetSpec.Latest());
        return
        [
            .. topics.Select(topic => new TopicState(
                topic.Name,
                $"{cluster.ClusterId}/{topic.TopicId}",
                cluster.ClusterId?.StartsWith(MockCluster, StringComparison.Ordinal) == true,
                [
                    .. topic.Partitions
                        .Select(partition => new TopicPartition(topic.Name, partition.Partition))
                        .OrderBy(partition => partition.Partition.Value)
                        .Select(partition => new PartitionExtent(partition.Partition, first[partition], end[partition])),
                ])),
        ];
    }

    private static async Task<Dictionary<TopicPartition, long>> OffsetsAsync(
        IAdminClient admin, IReadOnlyList<TopicDescription> topics, OffsetSpec which)
    {
        var asked = topics
            .SelectMany(topic => topic.Partitions.Select(partition => new TopicPartition(topic.Name, partition.Partition)))
            .Distinct()
            .Select(partition => new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = which });
        var result = await admin.ListOffsetsAsync(
            asked, new ListOffsetsOptions { RequestTimeout = RequestTimeout, IsolationLevel = IsolationLevel.ReadUncommitted });
        return result.ResultInfos.ToDictionary(
            info => info.TopicPartitionOffsetError.TopicPartition, info => info.TopicPartitionOffsetError.Offset.Value);
    }

    /// <summary>Asks for a topic; returns why it cannot be had, or nothing.</summary>
    private async Task<string> CreateAsync(IAdminClient admin, string topic)
    {
        if (!settings.CreateTopics)
        {
            return $"topic {topic} does not exist and CreateTopics is false: create it";
        }

        try
        {
            // -1: as many replicas as the cluster's own default.
            await admin.CreateTopicsAsync(
                [new TopicSpecification { Name = topic, NumPartitions = settings.NewTopicPartitions, ReplicationFactor = -1 }],
                new CreateTopicsOptions { RequestTimeout = RequestTimeout, OperationTimeout = RequestTimeout });
            Log.TopicCreated(logger, topic, settings.NewTopicPartitions);
            return "";
        }
        catch (CreateTopicsException exception) when (exception.Results[0].Error.Code == ErrorCode.TopicAlreadyExists)
        {
            return "";
        }
        catch (CreateTopicsException exception)
        {
            return $"topic {topic} does not exist and may not be created ({exception.Results[0].Error.Reason}): create it";
        }
        catch (KafkaException exception) when (exception.Error.Code == ErrorCode.Local_UnsupportedFeature)
        {
            // A broker without CreateTopics, such as the development broker, makes a topic when its metadata is asked for.
            var metadata = await Task.Run(() => admin.GetMetadata(topic, RequestTimeout));
            var error = metadata.Topics.Find(found => found.Topic == topic)?.Error;
            return error is null || !error.IsError || error.Code is ErrorCode.LeaderNotAvailable
                ? ""
                : $"topic {topic} does not exist and is not created on demand ({error.Reason}): create it";
        }
    }
}
