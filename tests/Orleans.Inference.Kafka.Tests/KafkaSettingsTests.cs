namespace Orleans.Inference.Kafka;

public sealed class KafkaSettingsTests
{
    [Fact]
    public void From_Section_KeepsUnknownNamesAsOptions()
    {
        var settings = KafkaSettings.From(
        [
            new("Brokers", "a:1"), new("CreateTopics", "false"), new("NewTopicPartitions", "12"),
            new("security.protocol", "SASL_SSL"), new("consumer.fetch.wait.max.ms", "7"), new("sasl.username", null),
        ]);

        Assert.Equal(("a:1", false, 12), (settings.Brokers, settings.CreateTopics, settings.NewTopicPartitions));
        Assert.Equal("7", ClientSettings.Consumer(settings, "g", isMock: true)["fetch.wait.max.ms"]);
        Assert.False(ClientSettings.Producer(settings, 0).ContainsKey("fetch.wait.max.ms"));
        Assert.All(
            new[] { ClientSettings.Admin(settings), ClientSettings.Producer(settings, 0), ClientSettings.Consumer(settings, "g", isMock: false) },
            client => Assert.Equal("SASL_SSL", client["security.protocol"]));
    }

    [Fact]
    public void From_BrokersGiven_WinOverTheSection() =>
        Assert.Equal("b:2", KafkaSettings.From([new("Brokers", "a:1")], "b:2").Brokers);

    [Fact]
    public void From_SeveralProblems_NamesThemAll()
    {
        var failure = Assert.Throws<InferenceException>(() => KafkaSettings.From(
        [
            new("no.such.setting", "1"), new("linger.ms", "soon"), new("producer.acks", "0"), new("CreateTopics", "perhaps"),
            new("NewTopicPartitions", "0"),
        ]));

        Assert.All(
            new[] { "Brokers", "no.such.setting", "linger.ms", "producer.acks", "CreateTopics", "NewTopicPartitions" },
            name => Assert.Contains(name, failure.Message));
    }

    [Theory]
    [InlineData("group.id", "mine")]
    [InlineData("enable.auto.commit", "true")]
    [InlineData("consumer.auto.offset.reset", "latest")]
    [InlineData("producer.enable.idempotence", "false")]
    public void Validate_WhatDeliveryDependsOn_IsRefused(string name, string value)
    {
        var settings = new KafkaSettings { Brokers = "a:1", Options = new Dictionary<string, string> { [name] = value } };

        Assert.Contains(name, Assert.Throws<InferenceException>(settings.Validate).Message);
    }
}
