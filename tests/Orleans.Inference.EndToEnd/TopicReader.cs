using System.Text;
using Confluent.Kafka;

namespace Orleans.Inference.EndToEnd;

/// <summary>A record as a plain consumer sees it.</summary>
internal sealed record ReadRecord(string Topic, int Partition, long Offset, byte[] Key, byte[] Value, Headers Headers)
{
    /// <summary>The header's text; null when there is none.</summary>
    public string? Header(string name) => Headers.TryGetLastBytes(name, out var value) ? Encoding.UTF8.GetString(value) : null;
}

/// <summary>A plain consumer: reads topics from their first records to their present ends.</summary>
internal static class TopicReader
{
    public static List<ReadRecord> ReadAll(string brokers, params string[] topics)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = brokers,
            GroupId = "plain-reader",
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            FetchWaitMaxMs = 2,
            MessageMaxBytes = 100_000_000,
            FetchMaxBytes = 200_000_000,
        }).SetErrorHandler(static (_, _) => { }).SetLogHandler(static (_, _) => { }).Build();
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var open = topics
            .SelectMany(topic => admin.GetMetadata(topic, TimeSpan.FromSeconds(20)).Topics.Single().Partitions
                .Select(partition => new TopicPartition(topic, partition.PartitionId)))
            .ToHashSet();
        consumer.Assign(open.Select(partition => new TopicPartitionOffset(partition, 0)));
        var records = new List<ReadRecord>();
        while (open.Count > 0)
        {
            var result = consumer.Consume(TimeSpan.FromSeconds(30));
            Assert.True(result is not null, $"awaited in vain: the end of {string.Join(", ", open)}");
            if (result.IsPartitionEOF)
            {
                open.Remove(result.TopicPartition);
                continue;
            }

            records.Add(new ReadRecord(
                result.Topic, result.Partition, result.Offset, result.Message.Key ?? [], result.Message.Value ?? [], result.Message.Headers));
        }

        return records;
    }
}
