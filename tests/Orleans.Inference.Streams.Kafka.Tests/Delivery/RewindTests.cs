using Orleans.Streams;

namespace Orleans.Inference.Streams.Kafka;

public sealed class RewindTests
{
    [Fact]
    public async Task Subscribe_FromAnOffset_GetsEverythingFromThereOnce()
    {
        await using var bench = new StreamBench("topic", 1);
        await bench.Send(0, 0, 2_000);
        await bench.StartAsync();
        await bench.Grains.GetGrain<ISubscriber>("live").Subscribe("topic", "0", offset: null);

        await bench.Grains.GetGrain<ISubscriber>("back").Subscribe("topic", "0", offset: 1_234);
        await bench.Deliveries.Until(all => all.Any(delivery => delivery is { Grain: "back", Offset: 1_999 }), "the last record");

        Assert.Equal(Enumerable.Range(1_234, 766).Select(i => (long)i), Of(bench, "back"));
    }

    [Fact]
    public async Task Subscribe_FromAnOffset_OthersGetNothingTwiceAndLoseNothing()
    {
        await using var bench = new StreamBench("events", 1);
        await bench.StartAsync();
        await bench.Send(0, 0, 1_000);
        await bench.Deliveries.UntilCount(1_000);

        await bench.Grains.GetGrain<ISubscriber>("back").Subscribe("events", "0", offset: 10);
        await bench.Send(0, 1_000, 500);
        await bench.Deliveries.Until(
            all => all.Any(delivery => delivery is { Grain: "back", Offset: 1_499 }) && all.Any(delivery => delivery is { Grain: "0", Offset: 1_499 }),
            "the last record at both");

        Assert.Equal(Enumerable.Range(10, 1_490).Select(i => (long)i), Of(bench, "back"));
        Assert.Equal(Enumerable.Range(0, 1_500).Select(i => (long)i), Of(bench, "0"));
    }

    [Fact]
    public async Task Subscribe_WithoutAToken_GetsWhatComesFromNowOn()
    {
        await using var bench = new StreamBench("topic", 1);
        await bench.Send(0, 0, 100);
        await bench.StartAsync();
        await bench.UntilCommitted(0, 100);

        await bench.Grains.GetGrain<ISubscriber>("live").Subscribe("topic", "0", offset: null);
        await bench.Send(0, 100, 5);
        await bench.Deliveries.UntilCount(5);

        Assert.Equal([100, 101, 102, 103, 104], Of(bench, "live"));
    }

    [Fact]
    public async Task Subscribe_AheadOfTheEnd_WaitsForThatOffset()
    {
        await using var bench = new StreamBench("topic", 1);
        await bench.Send(0, 0, 10);
        await bench.StartAsync();
        await bench.Grains.GetGrain<ISubscriber>("ahead").Subscribe("topic", "0", offset: 15);

        await bench.Send(0, 10, 10);
        await bench.Deliveries.UntilCount(5);

        Assert.Equal([15, 16, 17, 18, 19], Of(bench, "ahead"));
    }

    [Fact]
    public async Task Subscribe_FurtherBackWhileThePartitionIsPaused_BothGetTheirRecords()
    {
        var release = new TaskCompletionSource();
        await using var bench = new StreamBench("events", 1, options => (options.CacheRecords, options.MaxBatchRecords) = (200, 50));
        await bench.StartAsync();
        await bench.Send(0, 0, 500);
        await bench.Deliveries.UntilCount(500);
        bench.Deliveries.Before = delivery => delivery.Grain == "0" ? release.Task : Task.CompletedTask;
        await bench.Send(0, 500, 1_000);
        await Awaiting.Until(() => Task.FromResult(bench.Held >= 200), "a full cache");

        await bench.Grains.GetGrain<ISubscriber>("back").Subscribe("events", "0", offset: 100);
        await bench.Deliveries.Until(all => all.Any(delivery => delivery is { Grain: "back", Offset: >= 500 }), "the record at which the other stands");
        release.SetResult();
        await bench.Deliveries.Until(
            all => all.Any(delivery => delivery is { Grain: "back", Offset: 1_499 }) && all.Any(delivery => delivery is { Grain: "0", Offset: 1_499 }),
            "the last record at both");

        Assert.Equal(Enumerable.Range(100, 1_400).Select(i => (long)i), Of(bench, "back"));
        Assert.Equal(Enumerable.Range(0, 1_500).Select(i => (long)i), Of(bench, "0"));
    }

    [Fact]
    public async Task Subscribe_IdleTopicFurtherBack_NeedsNoNewRecord()
    {
        await using var bench = new StreamBench("topic", 2);
        await bench.Send(1, 0, 10);
        await bench.StartAsync();
        await bench.UntilCommitted(1, 10);
        await bench.StopAsync();
        await bench.StartAsync();

        await bench.Grains.GetGrain<ISubscriber>("back").Subscribe("topic", "1", offset: 3);
        await bench.Deliveries.UntilCount(7);

        Assert.Equal([3, 4, 5, 6, 7, 8, 9], Of(bench, "back"));
    }

    [Fact]
    public async Task Subscribe_FromAClient_GetsRecordsFromAnOffset()
    {
        await using var bench = new StreamBench("topic", 1);
        await bench.Send(0, 0, 20);
        await bench.StartAsync();
        var stream = bench.Cluster.Client.GetStreamProvider(StreamBench.Provider).GetStream<KafkaRecord>(StreamId.Create("topic", 0));

        var subscription = await stream.SubscribeAsync(
            (record, _) => bench.Deliveries.Add(Delivery.Of("client", record)), new KafkaSequenceToken(5));
        await bench.Deliveries.UntilCount(15);
        await subscription.UnsubscribeAsync();

        Assert.Equal(Enumerable.Range(5, 15).Select(i => (long)i), Of(bench, "client"));
    }

    private static IEnumerable<long> Of(StreamBench bench, string grain) =>
        bench.Deliveries.All.Where(delivery => delivery.Grain == grain).Select(delivery => delivery.Offset);
}
