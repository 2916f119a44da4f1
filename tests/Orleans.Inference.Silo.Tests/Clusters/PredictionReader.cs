using Confluent.Kafka;

namespace Orleans.Inference.Silo.Tests.Clusters;

/// <summary>Reads the sink from its beginning, in the order of its partitions.</summary>
internal sealed class PredictionReader : IDisposable
{
    // What must not come would come soon after the last that must.
    private static readonly TimeSpan Afterwards = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MetadataLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(100);

    private readonly IConsumer<byte[], byte[]> _consumer;
    private readonly List<DeliveredPrediction> _found = [];
    private readonly HashSet<string> _customers = [];

    public PredictionReader(PaymentTopic payments)
    {
        _consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = payments.BootstrapServers,
            GroupId = "test",
            EnableAutoCommit = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            FetchWaitMaxMs = 5,
        }).SetErrorHandler(static (_, _) => { }).SetLogHandler(static (_, _) => { }).Build();
        using var admin = new DependentAdminClientBuilder(_consumer.Handle).Build();
        _consumer.Assign(admin.GetMetadata(payments.SinkTopic, MetadataLimit).Topics.Single().Partitions
            .Select(partition => new TopicPartitionOffset(payments.SinkTopic, partition.PartitionId, 0)));
    }

    /// <summary>Reads on until so many predictions of payments from Kafka have been found, and a second longer. Blocks.</summary>
    /// <param name="count">How many in all.</param>
    /// <param name="limit">How long to wait for them.</param>
    /// <param name="circumstances">What to say besides when they do not come.</param>
    public IReadOnlyList<DeliveredPrediction> ReadUntil(int count, TimeSpan limit, Func<string> circumstances) =>
        ReadUntil(() => _found.Count >= count, $"{count} predictions", limit, circumstances);

    /// <summary>Reads on until every customer has a prediction, and a second longer. Blocks.</summary>
    /// <param name="limit">How long to wait for them.</param>
    /// <param name="circumstances">What to say besides when they do not come.</param>
    public void ReadUntilEveryCustomer(TimeSpan limit, Func<string> circumstances) =>
        ReadUntil(() => _customers.Count == PaymentTopic.Customers, "a prediction of every customer", limit, circumstances);

    public void Dispose() => _consumer.Dispose();

    private List<DeliveredPrediction> ReadUntil(Func<bool> isEnough, string what, TimeSpan limit, Func<string> circumstances)
    {
        var started = TimeProvider.System.GetTimestamp();
        long? enoughAt = isEnough() ? started : null;
        while (enoughAt is not { } at || TimeProvider.System.GetElapsedTime(at) < Afterwards)
        {
            Assert.True(
                TimeProvider.System.GetElapsedTime(started) < limit,
                $"awaited in vain for {limit.TotalSeconds} s: {what}; there are "
                + $"{string.Join(", ", _found.CountBy(found => found.Partition).OrderBy(found => found.Key).Select(found => $"{found.Value} of partition {found.Key}"))}; {circumstances()}");
            if (_consumer.Consume(Wait) is { } record && DeliveredPrediction.Of(record.Message.Value) is var prediction && !ScoringCalls.IsEvent(prediction.EventId))
            {
                _found.Add(prediction);
                _customers.Add(prediction.Entity);
                enoughAt ??= isEnough() ? TimeProvider.System.GetTimestamp() : null;
            }
        }

        return _found;
    }
}
