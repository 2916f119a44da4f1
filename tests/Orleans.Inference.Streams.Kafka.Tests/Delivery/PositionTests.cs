using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Inference.Streams.Kafka;

public sealed class PositionTests
{
    [Fact]
    public async Task Commit_ConsumerHoldsARecord_StaysAtTheLowestInFlight()
    {
        var release = new TaskCompletionSource();
        await using var bench = new StreamBench("events", 1, options => options.MaxBatchRecords = 10);
        bench.Deliveries.Before = delivery => delivery.Offset == 57 ? release.Task : Task.CompletedTask;
        await bench.StartAsync();
        for (var i = 0; i < 100; i++)
        {
            await bench.Send(0, $"{i}");
        }

        await bench.Deliveries.Until(all => all.Count >= 57, "the records before the one that is held");
        await Awaiting.Until(async () => await bench.Committed(0) > 0, "a commit");
        Assert.InRange(await bench.Committed(0), 1, 57);

        release.SetResult();
        await bench.UntilCommitted(0, 100);
    }

    [Fact]
    public async Task Restart_AfterCommit_GoesOnThere()
    {
        await using var bench = new StreamBench("events", 1);
        await bench.StartAsync();
        await bench.Send(0, 0, 100);
        await bench.Deliveries.UntilCount(100);
        await bench.UntilCommitted(0, 100);
        await bench.StopAsync();

        await bench.Send(0, 100, 50);
        await bench.StartAsync();
        await bench.Deliveries.UntilCount(150);

        Assert.Equal(Enumerable.Range(0, 150).Select(i => (long)i), bench.Deliveries.All.Select(delivery => delivery.Offset));
    }

    [Fact]
    public async Task Commit_ByTheConsumer_DeliveryAloneCommitsNothing()
    {
        await using var bench = new StreamBench("events", 1, options => options.Commit = KafkaStreamCommit.Consumer);
        await bench.StartAsync();
        await bench.Send(0, 0, 100);
        await bench.Deliveries.UntilCount(100);
        var offsets = bench.Cluster.Silos[0].ServiceProvider.GetRequiredKeyedService<IKafkaStreamOffsets>(StreamBench.Provider);
        var cancellationToken = TestContext.Current.CancellationToken;
        Assert.Null(await offsets.CommittedAsync(0, cancellationToken));

        await offsets.CommitAsync(0, 40, cancellationToken);
        Assert.Equal(40, await offsets.CommittedAsync(0, cancellationToken));
        await bench.StopAsync();
        await bench.StartAsync();
        await bench.Deliveries.Until(all => all.Count >= 160, "the records from the committed offset on");

        Assert.Equal(Enumerable.Range(40, 60).Select(i => (long)i), bench.Deliveries.All.Skip(100).Select(delivery => delivery.Offset));
    }

    [Fact]
    public async Task Start_Latest_LeavesWhatWasThere()
    {
        await using var bench = new StreamBench("events", 1, options => options.Start = KafkaStreamStart.Latest);
        await bench.Send(0, 0, 100);
        await bench.StartAsync();
        var sent = 100;

        // Where the end was when the reader looked is the reader's affair: send until one arrives.
        await Awaiting.Until(
            async () =>
            {
                await bench.Send(0, $"{sent++}");
                return bench.Deliveries.All.Count > 0;
            },
            "a new record");

        Assert.All(bench.Deliveries.All, delivery => Assert.True(delivery.Offset >= 100));
    }

    [Fact]
    public async Task Backpressure_ConsumerStands_ThePartitionIsPausedAndOthersGoOn()
    {
        const int Bound = 300;
        var release = new TaskCompletionSource();
        await using var bench = new StreamBench("events", 2, options => (options.CacheRecords, options.MaxBatchRecords) = (Bound, 100));
        bench.Deliveries.Before = delivery => delivery.Partition == 0 ? release.Task : Task.CompletedTask;
        await bench.StartAsync();
        await bench.Send(0, 0, 5_000);

        await Awaiting.Until(() => Task.FromResult(bench.Held >= Bound), "a full cache");
        await bench.Send(1, 0, 5_000);
        await bench.Deliveries.Until(all => all.Count(delivery => delivery.Partition == 1) >= 5_000, "the other partition's records");

        // What was in hand when the cache filled comes on top of the bound: one burst of polls.
        Assert.InRange(bench.Held, Bound, Bound + 500);

        release.SetResult();
        await bench.Deliveries.UntilCount(10_000);
        bench.Deliveries.AssertInOrder(0, 0, 5_000);
        bench.Deliveries.AssertInOrder(1, 0, 5_000);
    }
}
