using System.Text;
using Confluent.Kafka;
using Orleans.Inference.Delivery;

namespace Orleans.Inference.Kafka;

public sealed class KafkaRecordSourceTests
{
    [Fact]
    public async Task Open_MissingTopic_CreatesItEmpty()
    {
        await using var bench = new KafkaBench();
        var source = bench.Transport.CreateSource("new", "group");
        await using (source)
        {
            var topic = await Awaiting.Bounded(source.OpenAsync(CancellationToken.None), "opening the topic");

            Assert.Equal("new", topic.Topic);
            Assert.Equal(Enumerable.Range(0, DevelopmentBroker.DefaultPartitions).Select(i => new PartitionExtent(i, 0, 0)), topic.Partitions);
        }
    }

    [Fact]
    public async Task Open_TopicWithRecords_TellsItsExtents()
    {
        await using var bench = new KafkaBench(new TopicSpec("events", 1));
        for (var i = 0; i < 7; i++)
        {
            bench.Send("events", "k", "v");
        }

        await bench.Flush();
        var source = bench.Owned(bench.Transport.CreateSource("events", "group"));

        var topic = await Awaiting.Bounded(source.OpenAsync(CancellationToken.None), "opening the topic");

        Assert.Equal([new PartitionExtent(0, 0, 7)], topic.Partitions);
    }

    [Fact]
    public async Task Open_AnotherBroker_HasAnotherIncarnation()
    {
        await using var first = new KafkaBench(new TopicSpec("events", 1));
        await using var second = new KafkaBench(new TopicSpec("events", 1));

        Assert.NotEqual(await Incarnation(first), await Incarnation(second));
        Assert.Equal(await Incarnation(first), await Incarnation(first));
    }

    [Fact]
    public async Task Read_ManyKeys_KeepsTheOrderWithinAPartition()
    {
        const int Count = 20_000;
        await using var bench = new KafkaBench(new TopicSpec("events", 3));
        for (var i = 0; i < Count; i++)
        {
            bench.Send("events", $"k{i % 50}", i.ToString());
        }

        await bench.Flush();
        var (_, receiver) = await bench.Read("events");
        await receiver.UntilRecords(Count);

        Assert.Equal(Count, receiver.Records.Count);
        for (var partition = 0; partition < 3; partition++)
        {
            var records = receiver.Of(partition).ToArray();
            Assert.NotEmpty(records);
            Assert.Equal(Enumerable.Range(0, records.Length).Select(i => (long)i), records.Select(record => record.Offset));
            Assert.Equal(records.Select(record => int.Parse(record.Text)).Order(), records.Select(record => int.Parse(record.Text)));
        }
    }

    [Fact]
    public async Task Start_GivenOffsets_DeliversFromThere()
    {
        await using var bench = new KafkaBench(new TopicSpec("events", 1));
        for (var i = 0; i < 10; i++)
        {
            bench.Send("events", "k", i.ToString());
        }

        await bench.Flush();
        var (_, receiver) = await bench.Read("events", new PartitionOffset(0, 6));
        await receiver.UntilEnds(1);

        Assert.Equal(["6", "7", "8", "9"], receiver.Records.Select(record => record.Text));
        Assert.Equal([new PartitionOffset(0, 10)], receiver.Ends);
    }

    [Fact]
    public async Task Start_BeyondTheEnd_WarnsAndStartsFromTheFirst()
    {
        await using var bench = new KafkaBench(new TopicSpec("events", 1));
        bench.Send("events", "k", "only");
        await bench.Flush();

        var (_, receiver) = await bench.Read("events", new PartitionOffset(0, 500));
        await receiver.UntilRecords(1);

        Assert.Equal("only", receiver.Records[0].Text);
        Assert.Contains(bench.Logs.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal) && line.Contains("500"));
    }

    [Fact]
    public async Task ReachedEnd_EveryPartition_AlsoEmptyOnesAndAgainAfterMore()
    {
        await using var bench = new KafkaBench(new TopicSpec("events", 2));
        var (_, receiver) = await bench.Read("events");
        await receiver.UntilEnds(2);
        Assert.Equal([new(0, 0), new(1, 0)], receiver.Ends.OrderBy(end => end.Partition));

        var place = await Awaiting.Bounded(bench.Producer.ProduceAsync("events", "k"u8, "v"u8), "the record's place");
        await receiver.UntilEnds(3);

        Assert.Equal(new PartitionOffset(place.Partition, 1), receiver.Ends[2]);
    }

    [Fact]
    public async Task Refuse_OnePartition_OthersGoOnAndResumeOffersItAgain()
    {
        const int Count = 3_000;
        await using var bench = new KafkaBench(new TopicSpec("events", 2));
        var (open, held) = (0, 0);
        var places = new List<Task<PartitionOffset>>();
        for (var i = 0; i < Count; i++)
        {
            places.Add(bench.Producer.ProduceAsync("events", Encoding.UTF8.GetBytes($"k{i}"), "v"u8));
        }

        foreach (var place in await Awaiting.Bounded(Task.WhenAll(places), "the records' places"))
        {
            _ = place.Partition == 0 ? open++ : held++;
        }

        var source = await bench.OpenSource("events");
        var refuse = true;
        var receiver = new RecordingReceiver { Accepts = (partition, offset) => partition == 0 || offset < 5 || !Volatile.Read(ref refuse) };
        source.Start([new PartitionOffset(0, 0), new PartitionOffset(1, 0)], receiver);
        await receiver.UntilRefused(1);
        await receiver.UntilRecords(open + 5);
        Assert.Equal(5, receiver.Of(1).Count());
        Assert.Equal([new PartitionOffset(1, 5)], receiver.Refused);

        source.Resume(1);
        await receiver.UntilRefused(2);
        Assert.Equal(new PartitionOffset(1, 5), receiver.Refused[1]);

        Volatile.Write(ref refuse, false);
        source.Resume(1);
        await receiver.UntilRecords(Count);

        Assert.Equal(Enumerable.Range(0, held).Select(i => (long)i), receiver.Of(1).Select(record => record.Offset));
    }

    [Fact]
    public async Task Resume_BeforeTheRefusalIsAnswered_IsNotLost()
    {
        await using var bench = new KafkaBench(new TopicSpec("events", 1));
        bench.Send("events", "k", "v");
        await bench.Flush();
        var source = await bench.OpenSource("events");
        var offers = 0;
        var receiver = new RecordingReceiver
        {
            Accepts = (partition, _) =>
            {
                if (offers++ > 0)
                {
                    return true;
                }

                source.Resume(partition);
                return false;
            },
        };

        source.Start([new PartitionOffset(0, 0)], receiver);
        await receiver.UntilRecords(1);

        Assert.Single(receiver.Refused);
    }

    [Fact]
    public async Task Refuse_AndDispose_StopsAtOnce()
    {
        await using var bench = new KafkaBench(new TopicSpec("events", 1));
        bench.Send("events", "k", "v");
        await bench.Flush();
        var source = await bench.OpenSource("events");
        var receiver = new RecordingReceiver { Accepts = (_, _) => false };
        source.Start([new PartitionOffset(0, 0)], receiver);
        await receiver.UntilRefused(1);

        await Awaiting.Bounded(source.DisposeAsync().AsTask(), "the end of the source");
        source.Resume(0);
        source.Commit([new PartitionOffset(0, 1)]);

        Assert.Empty(receiver.Records);
    }

    [Fact]
    public async Task Record_KeyHeadersTimestamp_ArriveAsSent()
    {
        await using var bench = new KafkaBench(new TopicSpec("events", 1));
        var time = new DateTime(2026, 1, 2, 3, 4, 5, 678, DateTimeKind.Utc).Ticks;
        bench.Producer.Produce("events", "key"u8, "value"u8, [new("a", "1"u8.ToArray()), new("a", []), new("ü", [0, 255])], time);
        bench.Producer.Produce("events", default, default);
        await bench.Flush();

        var (_, receiver) = await bench.Read("events");
        await receiver.UntilRecords(2);

        var full = receiver.Records[0];
        Assert.Equal(("key", "value", time), (full.Key, full.Text, full.Timestamp));
        Assert.Equal(["a", "a", "ü"], full.Headers!.Select(header => header.Name));
        Assert.Equal([[(byte)'1'], [], [0, 255]], full.Headers!.Select(header => header.Value));
        var empty = receiver.Records[1];
        Assert.Equal(("", ""), (empty.Key, empty.Text));
        Assert.Null(empty.Headers);
        Assert.InRange(empty.Timestamp, DateTime.UtcNow.AddMinutes(-1).Ticks, DateTime.UtcNow.AddMinutes(1).Ticks);
    }

    [Fact]
    public async Task Record_OfOneMegabyte_ArrivesWhole()
    {
        await using var bench = new KafkaBench(new TopicSpec("events", 1));
        var value = new byte[1024 * 1024];
        new Random(7).NextBytes(value);
        for (var i = 0; i < 3; i++)
        {
            bench.Producer.Produce("events", "k"u8, value);
        }

        await bench.Flush();
        var (_, receiver) = await bench.Read("events");
        await receiver.UntilRecords(3);

        Assert.All(receiver.Records, record => Assert.Equal(value, record.Value));
    }

    [Fact]
    public async Task Commit_ThenStop_GroupShowsTheOffsets()
    {
        await using var bench = new KafkaBench(new TopicSpec("events", 2));
        var (source, receiver) = await bench.Read("events");
        await receiver.UntilEnds(2);

        source.Commit([new PartitionOffset(0, 11), new PartitionOffset(1, 22)]);
        await source.DisposeAsync();

        using var monitor = new ConsumerBuilder<Ignore, Ignore>(
            new ConsumerConfig { BootstrapServers = bench.Broker.BootstrapServers, GroupId = "group" }).Build();
        var committed = monitor.Committed([new TopicPartition("events", 0), new TopicPartition("events", 1)], TimeSpan.FromSeconds(30));
        Assert.Equal([11, 22], committed.OrderBy(offset => offset.Partition.Value).Select(offset => offset.Offset.Value));
    }

    [Fact]
    public async Task Open_BrokerDown_KeepsTryingUntilItIsUp()
    {
        await using var bench = new KafkaBench(new TopicSpec("events", 1));
        bench.Broker.TakeDown(1);
        var source = bench.Owned(bench.Transport.CreateSource("events", "group"));

        var opening = source.OpenAsync(CancellationToken.None);
        await bench.Logs.Until("topics events: failure 1");
        Assert.False(opening.IsCompleted);
        bench.Broker.BringUp(1);

        var topic = await Awaiting.Bounded(opening, "opening after the broker came up");
        Assert.Single(topic.Partitions);
        Assert.Contains(bench.Logs.Lines, line => line.Contains("topics events: works again"));
    }

    [Fact]
    public async Task Read_BrokerGoesDownAndUp_GoesOnWithoutLossOrRepeat()
    {
        await using var bench = new KafkaBench(new TopicSpec("events", 1));
        bench.Send("events", "k", "before");
        await bench.Flush();
        var (_, receiver) = await bench.Read("events");
        await receiver.UntilRecords(1);

        bench.Broker.TakeDown(1);
        await bench.Logs.Until("source events: failure 1");
        bench.Send("events", "k", "after");
        bench.Broker.BringUp(1);
        await receiver.UntilRecords(2);

        Assert.Equal(["before", "after"], receiver.Records.Select(record => record.Text));
        await bench.Logs.Until("source events: works again");
    }

    [Fact]
    public async Task Read_TheBrokerDropsWhatWasNotRead_WarnsAndGoesOnAtTheFirst()
    {
        await using var bench = new KafkaBench(new TopicSpec("events", 1));
        var source = await bench.OpenSource("events");
        var value = new byte[1024 * 1024];
        for (var i = 0; i < 12; i++)
        {
            bench.Producer.Produce("events", "k"u8, value);
        }

        await bench.Flush();
        var receiver = new RecordingReceiver();
        source.Start([new PartitionOffset(0, 0)], receiver);
        await receiver.UntilEnds(1);

        Assert.Equal(11, receiver.Records[^1].Offset);
        Assert.True(receiver.Records[0].Offset > 0);
        await bench.Logs.Until("the position is gone");
    }

    private static async Task<string> Incarnation(KafkaBench bench)
    {
        var source = bench.Owned(bench.Transport.CreateSource("events", "group"));
        return (await Awaiting.Bounded(source.OpenAsync(CancellationToken.None), "opening the topic")).Incarnation;
    }
}
