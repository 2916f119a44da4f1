namespace Orleans.Inference.Streams.Kafka;

public sealed class DeliveryTests
{
    [Fact]
    public async Task ImplicitSubscription_RecordsOfAllPartitions_EachGrainGetsItsOwnInOrder()
    {
        await using var bench = new StreamBench("events", 3);
        await bench.StartAsync();
        await Task.WhenAll(bench.Send(0, 0, 500), bench.Send(1, 0, 700), bench.Send(2, 0, 300));

        await bench.Deliveries.UntilCount(1_500);

        bench.Deliveries.AssertInOrder(0, 0, 500);
        bench.Deliveries.AssertInOrder(1, 0, 700);
        bench.Deliveries.AssertInOrder(2, 0, 300);
        Assert.Equal(1_500, bench.Deliveries.All.Count);
        Assert.All(bench.Deliveries.All, delivery => Assert.Equal($"{delivery.Partition}", delivery.Grain));
        Assert.All(bench.Deliveries.All, delivery => Assert.Equal($"{delivery.Offset}", delivery.Value));
    }

    [Fact]
    public async Task BatchObserver_Backlog_GetsTheSameRecords()
    {
        await using var bench = new StreamBench("lists");
        await bench.Send(0, 0, 3_000);
        await bench.StartAsync();

        await bench.Deliveries.UntilCount(3_000);

        Assert.Equal(3_000, bench.Deliveries.All.Count);
        bench.Deliveries.AssertInOrder(0, 0, 3_000);
    }

    [Fact]
    public async Task RecordBatch_Backlog_ManyRecordsTravelInOneCall()
    {
        await using var bench = new StreamBench("batches");
        await bench.Send(1, 0, 5_000);
        await bench.StartAsync();

        await bench.Deliveries.UntilCount(5_000);

        bench.Deliveries.AssertInOrder(1, 0, 5_000);
        var sizes = bench.Deliveries.All.Select(delivery => int.Parse(delivery.Grain.Split('/')[1])).ToArray();
        Assert.All(bench.Deliveries.All, delivery => Assert.StartsWith("1/", delivery.Grain));
        Assert.InRange(sizes.Max(), 100, 1_000);
    }

    [Fact]
    public async Task RecordKey_ManyKeys_OneStreamEach()
    {
        await using var bench = new StreamBench("customers", 2, options =>
        {
            options.StreamKey = KafkaStreamKey.Record;
            options.MaxBatchRecords = 50;
        });
        await bench.StartAsync();
        var sent = new List<Task<Confluent.Kafka.DeliveryResult<byte[]?, byte[]?>>>();
        for (var i = 0; i < 1_000; i++)
        {
            sent.Add(bench.SendKeyed($"c{i % 37}", $"{i}"));
        }

        var places = await Task.WhenAll(sent);
        await bench.Deliveries.UntilCount(1_000);

        Assert.Equal(1_000, bench.Deliveries.All.Count);
        foreach (var customer in bench.Deliveries.All.GroupBy(delivery => delivery.Grain))
        {
            Assert.All(customer, delivery => Assert.Equal(customer.Key, $"c{int.Parse(delivery.Value) % 37}"));
            Assert.Equal(customer.Select(delivery => delivery.Offset).Order(), customer.Select(delivery => delivery.Offset));
        }

        var ends = places.GroupBy(place => place.Partition.Value).ToDictionary(place => place.Key, place => place.Max(record => record.Offset.Value) + 1);
        foreach (var (partition, end) in ends)
        {
            await bench.UntilCommitted(partition, end);
        }
    }

    [Fact]
    public async Task RecordKey_None_IsInThePartitionsStream()
    {
        await using var bench = new StreamBench("customers", 1, options => options.StreamKey = KafkaStreamKey.Record);
        await bench.StartAsync();
        await bench.SendKeyed(null, "anonymous");

        await bench.Deliveries.UntilCount(1);

        Assert.Equal("#0", bench.Deliveries.All[0].Grain);
    }

    [Fact]
    public async Task OnNext_FromAGrainAndFromAClient_ReachesThePartition()
    {
        await using var bench = new StreamBench("events", 3);
        await bench.StartAsync();

        await bench.Grains.GetGrain<ISubscriber>("s").Send("events", "2", ["a", "b"]);
        await bench.Cluster.Client.GetStreamProvider(StreamBench.Provider).GetStream<byte[]>(StreamId.Create("events", 1)).OnNextAsync([99]);
        await bench.Deliveries.UntilCount(3);

        Assert.Equal(["a", "b"], bench.Deliveries.All.Where(delivery => delivery.Partition == 2).Select(delivery => delivery.Value));
        Assert.Equal(["c"], bench.Deliveries.All.Where(delivery => delivery.Partition == 1).Select(delivery => delivery.Value));
    }

    [Fact]
    public async Task OnNext_KeyedStream_TakesTheStreamsKey()
    {
        await using var bench = new StreamBench("customers", 4, options => options.StreamKey = KafkaStreamKey.Record);
        await bench.StartAsync();

        await bench.Grains.GetGrain<ISubscriber>("s").Send("customers", "c7", ["a"]);
        var place = await bench.SendKeyed("c7", "b");
        await bench.Deliveries.UntilCount(2);

        Assert.Equal(["a", "b"], bench.Deliveries.All.Select(delivery => delivery.Value));
        Assert.All(bench.Deliveries.All, delivery => Assert.Equal(("c7", place.Partition.Value), (delivery.Grain, delivery.Partition)));
    }

    [Fact]
    public async Task OnNext_UnknownPartition_SaysWhichThereAre()
    {
        await using var bench = new StreamBench("events", 3);
        await bench.StartAsync();
        var stream = bench.Cluster.Client.GetStreamProvider(StreamBench.Provider).GetStream<string>(StreamId.Create("events", 3));

        var problem = await Assert.ThrowsAsync<ArgumentException>(() => stream.OnNextAsync("x"));

        Assert.Contains("0 to 2", problem.Message);
    }

    [Fact]
    public async Task Latency_LowLoad_IsMillisecondsAndNotATimersPeriod()
    {
        await using var bench = new StreamBench("events", 1);
        await bench.StartAsync();
        await bench.Send(0, "first");
        await bench.Deliveries.UntilCount(1);

        var waits = new List<double>();
        for (var i = 0; i < 50; i++)
        {
            var began = System.Diagnostics.Stopwatch.GetTimestamp();
            await bench.Send(0, $"{i}");
            await bench.Deliveries.UntilCount(i + 2);
            waits.Add(System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        waits.Sort();
        TestContext.Current.SendDiagnosticMessage($"send to receipt: median {waits[25]:f1} ms, 90% {waits[45]:f1} ms, longest {waits[^1]:f1} ms");
        Assert.True(waits[25] < 50, $"median {waits[25]:f1} ms");
    }
}
