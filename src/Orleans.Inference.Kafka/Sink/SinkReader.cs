using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Orleans.Inference.Delivery;

namespace Orleans.Inference.Kafka;

/// <summary>Reads a pipeline's output topics from positions to their present ends, committed records only.</summary>
internal sealed class SinkReader(SinkTopics topics, KafkaSettings settings, ILogger logger)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>Blocks until all partitions are read.</summary>
    public void Read(
        IReadOnlyList<TopicState> states,
        IReadOnlyList<OutputPosition> from,
        Action<DeliveredRecord> found,
        CancellationToken cancellationToken)
    {
        var (start, ends) = Plan(states, from);
        if (start.Count == 0)
        {
            return;
        }

        var failure = new RepeatedFailure();
        var what = $"reading back {topics.Pipeline}";
        using var consumer = new ConsumerBuilder<byte[], byte[]>(ClientSettings.Consumer(settings, topics.Group, states[0].IsMock))
            .SetLogHandler((_, line) => Log.ClientLine(logger, what, line.Facility, line.Message))
            .SetErrorHandler((_, error) => NoteFailure(failure, what, error.Reason))
            .Build();
        consumer.Assign(start);
        while (ends.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ConsumeResult<byte[], byte[]>? result;
            try
            {
                result = consumer.Consume(Poll);
            }
            catch (ConsumeException exception)
            {
                NoteFailure(failure, what, exception.Error.Reason);
                continue;
            }

            if (result is null || !ends.TryGetValue(result.TopicPartition, out var end))
            {
                continue;
            }

            // Markers of transactions take offsets but never arrive, so the last offset may not either: the end of the partition says so.
            if (!result.IsPartitionEOF && result.Offset.Value < end
                && DeliveredRecordReader.TryRead(topics.Pipeline, topics.OutputOf(result.Topic), result.Message, out var delivered))
            {
                found(delivered);
            }

            if (result.IsPartitionEOF || result.Offset.Value >= end - 1)
            {
                ends.Remove(result.TopicPartition);
            }
        }

        if (failure.Recovered(out var failures))
        {
            Log.Recovered(logger, what, failures);
        }
    }

    private (List<TopicPartitionOffset> Start, Dictionary<TopicPartition, long> Ends) Plan(
        IReadOnlyList<TopicState> states, IReadOnlyList<OutputPosition> from)
    {
        var asked = from.ToDictionary(
            position => new TopicPartition(topics.Names[(int)position.Topic], position.Partition), position => position.Offset);
        var start = new List<TopicPartitionOffset>();
        var ends = new Dictionary<TopicPartition, long>();
        foreach (var state in states)
        {
            foreach (var extent in state.Partitions)
            {
                var partition = new TopicPartition(state.Name, extent.Partition);
                var next = Math.Max(extent.First, asked.GetValueOrDefault(partition, extent.First));

                // A position beyond the end is another incarnation's: nothing there is ours.
                if (next < extent.End && ends.TryAdd(partition, extent.End))
                {
                    start.Add(new TopicPartitionOffset(partition, next));
                }
            }
        }

        return (start, ends);
    }

    private void NoteFailure(RepeatedFailure failure, string what, string reason)
    {
        if (failure.Failed())
        {
            Log.Failing(logger, what, failure.Count, reason);
        }
    }
}
