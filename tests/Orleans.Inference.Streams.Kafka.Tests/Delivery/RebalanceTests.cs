namespace Orleans.Inference.Streams.Kafka;

public sealed class RebalanceTests
{
    private const int Partitions = 4;

    [Fact]
    public async Task SiloAddedAndStopped_UnderLoad_EveryRecordIsDeliveredInOrder()
    {
        await using var bench = new StreamBench("events", Partitions);
        await bench.StartAsync(1);
        using var stop = new CancellationTokenSource();
        var sending = Task.Run(() => SendUntil(bench, stop.Token));
        await bench.UntilAgents(Partitions);
        await bench.Deliveries.UntilCount(500);

        var added = await bench.Cluster.StartAdditionalSiloAsync();
        await bench.UntilAgents(2, 2);
        await More(bench, 500);

        await bench.Cluster.StopSiloAsync(added);
        await bench.UntilAgents(Partitions);
        await More(bench, 500);

        await stop.CancelAsync();
        var each = await sending;
        await bench.Deliveries.UntilCount(each * Partitions);
        for (var partition = 0; partition < Partitions; partition++)
        {
            bench.Deliveries.AssertInOrder(partition, 0, each);
        }

        var repeated = bench.Deliveries.All.Count - (each * Partitions);
        TestContext.Current.SendDiagnosticMessage($"{each * Partitions} records, {repeated} delivered twice");
    }

    [Fact]
    public async Task SiloKilled_UnderLoad_EveryRecordIsDelivered()
    {
        await using var bench = new StreamBench("events", Partitions);
        await bench.StartAsync(2);
        using var stop = new CancellationTokenSource();
        var sending = Task.Run(() => SendUntil(bench, stop.Token));
        await bench.UntilAgents(2, 2);
        await bench.Deliveries.UntilCount(500);

        await bench.Cluster.KillSiloAsync(bench.Cluster.Silos[1]);
        await bench.UntilAgents(Partitions);
        await More(bench, 500);

        await stop.CancelAsync();
        var each = await sending;
        await bench.Deliveries.UntilCount(each * Partitions);
        for (var partition = 0; partition < Partitions; partition++)
        {
            bench.Deliveries.AssertInOrder(partition, 0, each);
        }
    }

    [Fact]
    public async Task ConsistentRing_InsteadOfTheDefault_ReadsAllPartitions()
    {
        await using var bench = new StreamBench("events", Partitions, configureSilo: streams => streams.UseConsistentRingQueueBalancer());
        await bench.StartAsync(2);
        for (var partition = 0; partition < Partitions; partition++)
        {
            await bench.Send(partition, 0, 50);
        }

        await bench.Deliveries.UntilCount(50 * Partitions);

        Assert.Equal(Partitions, (await bench.Agents()).Sum());
    }

    private static Task More(StreamBench bench, int count) =>
        bench.Deliveries.UntilCount(bench.Deliveries.All.Select(delivery => (delivery.Partition, delivery.Offset)).Distinct().Count() + count);

    /// <summary>Ten records a partition every 20 ms, a thousand rounds at most.</summary>
    private static async Task<int> SendUntil(StreamBench bench, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var sent = 0;
        for (var round = 0; round < 1_000 && !cancellationToken.IsCancellationRequested; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, Partitions).Select(partition => bench.Send(partition, sent, 10)));
            sent += 10;
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }

        return sent;
    }
}
