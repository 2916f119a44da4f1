using Orleans.Inference.Delivery;

namespace Orleans.Inference.Kafka;

/// <summary>
/// Per output partition the offset after the last acknowledged record; where none has been, the partition's end when the sink was opened. A record
/// that is produced later lies at or behind it.
/// </summary>
internal sealed class AcknowledgedPositions
{
    private readonly Lock _gate = new();
    private readonly long[][] _next;

    /// <param name="topics">In the order of <see cref="OutputTopic"/>.</param>
    public AcknowledgedPositions(IReadOnlyList<TopicState> topics)
    {
        _next = [.. topics.Select(topic => topic.Partitions.Select(partition => partition.End).ToArray())];
    }

    /// <summary>Notes an acknowledgement; a negative offset (unknown) moves nothing.</summary>
    public void Note(OutputTopic topic, int partition, long offset)
    {
        lock (_gate)
        {
            ref var next = ref _next[(int)topic];
            if (partition >= next.Length)
            {
                // The topic has grown; its new partitions were empty.
                Array.Resize(ref next, partition + 1);
            }

            next[partition] = Math.Max(next[partition], offset + 1);
        }
    }

    public IReadOnlyList<OutputPosition> Snapshot()
    {
        lock (_gate)
        {
            var positions = new List<OutputPosition>();
            for (var topic = 0; topic < _next.Length; topic++)
            {
                for (var partition = 0; partition < _next[topic].Length; partition++)
                {
                    positions.Add(new OutputPosition((OutputTopic)topic, partition, _next[topic][partition]));
                }
            }

            return positions;
        }
    }
}
