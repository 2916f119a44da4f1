using System.Text;
using Orleans.Inference.Delivery;

namespace Orleans.Inference.Kafka;

public sealed class KafkaEventProducerTests
{
    [Fact]
    public async Task Produce_ManyAtOnce_AnswersEachWithItsPlace()
    {
        await using var bench = new KafkaBench(new TopicSpec("events", 3));
        var places = await Awaiting.Bounded(
            Task.WhenAll(Enumerable.Range(0, 1_000).Select(i => bench.Producer.ProduceAsync("events", Key(i % 20), Encoding.UTF8.GetBytes($"{i}")))),
            "the records' places");

        var (_, receiver) = await bench.Read("events");
        await receiver.UntilRecords(1_000);
        var byPlace = receiver.Records.ToDictionary(record => (record.Partition, record.Offset), record => record.Text);
        for (var i = 0; i < places.Length; i++)
        {
            Assert.Equal($"{i}", byPlace[(places[i].Partition, places[i].Offset)]);
            Assert.Equal(places[i % 20].Partition, places[i].Partition);
        }
    }

    [Fact]
    public async Task Produce_MissingTopic_MakesItOnTheDevelopmentBroker()
    {
        await using var bench = new KafkaBench();

        var place = await Awaiting.Bounded(bench.Producer.ProduceAsync("fresh", "k"u8, "v"u8), "the record's place");

        Assert.Equal(0, place.Offset);
        Assert.InRange(place.Partition, 0, DevelopmentBroker.DefaultPartitions - 1);
    }

    [Fact]
    public async Task ForTopic_Produce_AnswersWithThePlaceInThatTopic()
    {
        await using var bench = new KafkaBench(new TopicSpec("events", 1), new TopicSpec("others", 1));
        var events = bench.Producer.ForTopic("events");
        var others = bench.Producer.ForTopic("others");

        var places = await Awaiting.Bounded(
            Task.WhenAll(Place(events), Place(events), Place(others)), "the records' places");

        Assert.Equal([new(0, 0), new(0, 1), new(0, 0)], places);
    }

    [Fact]
    public async Task Produce_BrokerDoesNotAnswer_FailsNamingTheTopic()
    {
        await using var bench = new KafkaBench(new TopicSpec("events", 1));
        var settings = bench.Broker.Settings with { Options = new Dictionary<string, string> { ["producer.message.timeout.ms"] = "300" } };
        bench.Broker.TakeDown(1);
        var producer = bench.Owned(new KafkaTransport(settings, bench.Logs, TimeProvider.System).CreateProducer());

        var failure = await Assert.ThrowsAsync<InferenceException>(
            () => Awaiting.Bounded(producer.ProduceAsync("events", "k"u8, "v"u8), "the failure"));
        producer.Produce("events", "k"u8, "v"u8);
        await Assert.ThrowsAsync<InferenceException>(() => Awaiting.Bounded(producer.FlushAsync(CancellationToken.None), "the failure"));

        Assert.Contains("events", failure.Message);
    }

    [Fact]
    public async Task Dispose_RecordsUnderWay_FailsThem()
    {
        await using var bench = new KafkaBench(new TopicSpec("events", 1));
        bench.Broker.TakeDown(1);
        var producer = bench.Transport.CreateProducer();
        var place = producer.ProduceAsync("events", "k"u8, "v"u8);

        await Awaiting.Bounded(producer.DisposeAsync().AsTask(), "the end of the producer");

        Assert.Contains("closed", (await Assert.ThrowsAsync<InferenceException>(() => Awaiting.Bounded(place, "the failure"))).Message);
    }

    private static Task<PartitionOffset> Place(IEventProducer producer) =>
        producer.ProduceAsync("k"u8.ToArray(), "v"u8.ToArray(), CancellationToken.None);

    private static byte[] Key(int number) => Encoding.UTF8.GetBytes($"k{number}");
}
