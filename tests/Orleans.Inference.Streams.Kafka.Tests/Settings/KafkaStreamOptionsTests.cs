using Microsoft.Extensions.Hosting;
using Orleans.Configuration;

namespace Orleans.Inference.Streams.Kafka;

public sealed class KafkaStreamOptionsTests
{
    [Fact]
    public void Validate_ManyProblems_NamesAllAtOnce()
    {
        var options = new KafkaStreamOptions
        {
            Topic = "t",
            DeadLetterTopic = "t",
            MaxBatchRecords = 0,
            PollTimeout = TimeSpan.Zero,
            Settings = { ["fetch.wait.max.ms"] = "soon", ["no.such.setting"] = "1", ["consumer.group.id"] = "x" },
        };

        var problem = Assert.Throws<OrleansConfigurationException>(() =>
            new KafkaStreamOptionsValidator("kafka", options, new StreamPullingAgentOptions { BatchContainerBatchSize = 5 }).ValidateConfiguration());

        foreach (var part in new[]
        {
            "'kafka'", "Brokers", "Group", "DeadLetterTopic", "MaxBatchRecords is 0", "PollTimeout", "BatchContainerBatchSize", "fetch.wait.max.ms",
            "no.such.setting", "consumer.group.id] may not be set",
        })
        {
            Assert.Contains(part, problem.Message);
        }
    }

    [Fact]
    public void Validate_SettingsOfBothSides_AreAccepted()
    {
        var options = new KafkaStreamOptions
        {
            Brokers = "127.0.0.1:9092",
            Topic = "t",
            Group = "g",
            Settings = { ["consumer.fetch.wait.max.ms"] = "5", ["producer.linger.ms"] = "3", ["client.id"] = "me" },
        };

        new KafkaStreamOptionsValidator("kafka", options, agent: null).ValidateConfiguration();

        Assert.Equal("5", KafkaClientSettings.Consumer(options)["fetch.wait.max.ms"]);
        Assert.Equal("3", KafkaClientSettings.Producer(options)["linger.ms"]);
        Assert.Equal("me", KafkaClientSettings.Admin(options)["client.id"]);
    }

    [Fact]
    public async Task Start_WrongOptions_SiloRefuses()
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.UseOrleans(silo => silo.UseLocalhostClustering().AddMemoryGrainStorage("PubSubStore").AddKafkaStreams("kafka", options => options.Topic = "t"));
        using var host = builder.Build();

        var problem = await Assert.ThrowsAsync<OrleansConfigurationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains("Brokers is missing; Group is missing", problem.Message);
    }
}
