using Confluent.Kafka;

namespace Orleans.Inference.Streams.Kafka;

/// <summary>A partition as the reader's thread sees it; touched by that thread only.</summary>
internal sealed class AssignedPartition(TopicPartition place, PartitionFeed feed)
{
    public TopicPartition Place => place;

    public PartitionFeed Feed => feed;

    /// <summary>The feed's generation when the partition was last assigned.</summary>
    public int Generation { get; set; } = feed.Generation;

    public bool IsPaused { get; set; }

    /// <summary>What the current burst of polls has given; one lock and one wake-up for all of it.</summary>
    public List<KafkaRecord> Burst { get; } = [];

    /// <summary>The offset last given to the library for commit.</summary>
    public long Stored { get; set; } = -1;

    /// <summary>The first of these: where reading began, which the group may have had already.</summary>
    public long FirstStored { get; set; } = -1;
}
