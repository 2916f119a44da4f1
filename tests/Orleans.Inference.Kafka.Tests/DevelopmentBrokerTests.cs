namespace Orleans.Inference.Kafka;

public sealed class DevelopmentBrokerTests
{
    [Fact]
    public async Task Start_SeveralBrokersAndTopics_AreThere()
    {
        using var broker = DevelopmentBroker.Start(3, [new("a", 2), new("b", 7)]);
        var transport = new KafkaTransport(broker.Settings, new LogLines(), TimeProvider.System);

        var topics = await Awaiting.Bounded(transport.DescribeTopicsAsync(["a", "b", "c"], CancellationToken.None), "the topics");

        Assert.Equal(3, broker.BootstrapServers.Split(',').Length);
        Assert.All(broker.BootstrapServers.Split(','), address => Assert.StartsWith("127.0.0.1:", address));
        Assert.Equal([2, 7, DevelopmentBroker.DefaultPartitions], topics.Select(topic => topic.Partitions.Count));
    }

    [Fact]
    public void CreateTopic_Wrong_SaysWhy()
    {
        using var broker = DevelopmentBroker.Start(topics: [new("a", 1)]);

        Assert.Contains("a", Assert.Throws<InferenceException>(() => broker.CreateTopic(new TopicSpec("a", 1))).Message);
        Assert.Contains("partition", Assert.Throws<InferenceException>(() => broker.CreateTopic(new TopicSpec("b", 0))).Message);
    }

    [Fact]
    public async Task Describe_TopicsMayNotBeCreated_KeepsTryingAndSaysSo()
    {
        using var broker = DevelopmentBroker.Start();
        var logs = new LogLines();
        var transport = new KafkaTransport(broker.Settings with { CreateTopics = false }, logs, TimeProvider.System);

        var describing = transport.DescribeTopicsAsync(["late"], CancellationToken.None);
        await logs.Until("create it");
        broker.CreateTopic(new TopicSpec("late", 5));

        var topics = await Awaiting.Bounded(describing, "the topic made by hand");
        Assert.Equal(5, topics[0].Partitions.Count);
    }

    [Fact]
    public void Dispose_Twice_IsHarmless()
    {
        var broker = DevelopmentBroker.Start();

        broker.Dispose();
        broker.Dispose();

        Assert.Throws<ObjectDisposedException>(() => broker.TakeDown(1));
    }
}
