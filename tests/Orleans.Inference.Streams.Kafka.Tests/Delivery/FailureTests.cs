using System.Text;

namespace Orleans.Inference.Streams.Kafka;

public sealed class FailureTests
{
    [Fact]
    public async Task Deserialize_PoisonRecord_IsADeadLetterAndTheRestGoesOn()
    {
        await using var bench = new StreamBench("orders", 1, options => options.Serializer = new JsonRecordSerializer<Order>());
        await bench.StartAsync();
        await bench.Send(0, """{"id":"a","amount":1}""", "{poison", """{"id":"b","amount":"many"}""", """{"id":"c","amount":3}""");

        await bench.Deliveries.UntilCount(2);
        var letters = await bench.Read("orders-dlq", 2);

        Assert.Equal(["a=1", "c=3"], bench.Deliveries.All.Select(delivery => delivery.Value));
        var poison = letters.Single(letter => Text(letter, "dlq-offset") == "1");
        Assert.Equal("{poison", Encoding.UTF8.GetString(poison.Message.Value!));
        Assert.Equal("k", Encoding.UTF8.GetString(poison.Message.Key!));
        Assert.Equal(("orders", "0"), (Text(poison, "dlq-topic"), Text(poison, "dlq-partition")));
        Assert.Contains("Order", Text(poison, "dlq-reason"));
        Assert.Equal("$.amount", Text(letters.Single(letter => Text(letter, "dlq-offset") == "2"), "dlq-field"));
        await bench.UntilCommitted(0, 4);
    }

    [Fact]
    public async Task Deliver_FailsForGood_OnlyThatRecordIsADeadLetter()
    {
        await using var bench = new StreamBench("events", 1, options => options.DeliveryTimeout = TimeSpan.FromMilliseconds(500));
        bench.Deliveries.Before = delivery => delivery.Value == "13" ? throw new InvalidOperationException("unlucky") : Task.CompletedTask;
        await bench.Send(0, 0, 20);
        await bench.StartAsync();

        await bench.Deliveries.UntilCount(19);
        var letter = Assert.Single(await bench.Read("events-dlq", 1));

        Assert.Equal(("13", "13"), (Text(letter, "dlq-offset"), Encoding.UTF8.GetString(letter.Message.Value!)));
        var firsts = bench.Deliveries.All.Select(delivery => delivery.Offset).Distinct();
        Assert.Equal(Enumerable.Range(0, 20).Where(i => i != 13).Select(i => (long)i), firsts);
        await bench.UntilCommitted(0, 20);
    }

    [Fact]
    public async Task Deliver_FailsForAWhile_IsTriedAgainAndNothingIsLost()
    {
        await using var bench = new StreamBench("events", 1);
        var failures = 2;
        bench.Deliveries.Before = delivery =>
            delivery.Value == "5" && Interlocked.Decrement(ref failures) >= 0 ? throw new InvalidOperationException("not yet") : Task.CompletedTask;
        await bench.Send(0, 0, 10);
        await bench.StartAsync();

        await bench.Deliveries.UntilCount(10);

        // A batch that failed half-way is delivered from its beginning: at least once.
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (long)i), bench.Deliveries.All.Select(delivery => delivery.Offset).Distinct());
        await bench.UntilCommitted(0, 10);
    }

    [Fact]
    public async Task Broker_GoesDownAndComesBack_ReadingGoesOn()
    {
        await using var bench = new StreamBench("events", 2);
        await bench.StartAsync();
        await bench.Send(0, 0, 100);
        await bench.Deliveries.UntilCount(100);

        bench.Broker.TakeDown(1);
        var sending = bench.Send(0, 100, 100);
        await bench.Logs.Until("Warning: Kafka streams kafka: reading: failure 1");
        bench.Broker.BringUp(1);
        await Awaiting.Bounded(sending, "acknowledgements after the broker came back");
        await bench.Send(1, 0, 50);

        await bench.Deliveries.UntilCount(250);
        bench.Deliveries.AssertInOrder(0, 0, 200);
        bench.Deliveries.AssertInOrder(1, 0, 50);
        await bench.Logs.Until("Kafka streams kafka: reading: works again");
        await bench.UntilCommitted(0, 200);
    }

    [Fact]
    public async Task Broker_IsDownAtTheStart_SilosWaitForIt()
    {
        await using var bench = new StreamBench("events", 1);
        await bench.Send(0, 0, 3);
        bench.Broker.TakeDown(1);
        var starting = bench.StartAsync();
        await bench.Logs.Until("asking for topic events: failure 1");
        bench.Broker.BringUp(1);
        await Awaiting.Bounded(starting, "the silo's start");

        await bench.Deliveries.UntilCount(3);
    }

    [Fact]
    public async Task Broker_IsDownAtTheEnd_SilosStopAllTheSame()
    {
        await using var bench = new StreamBench("events", 1);
        await bench.StartAsync();
        await bench.Send(0, 0, 10);
        await bench.Deliveries.UntilCount(10);
        await bench.UntilCommitted(0, 10);
        bench.Broker.TakeDown(1);
        await bench.Logs.Until("reading: failure 1");

        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        await Awaiting.Bounded(bench.StopAsync(), "the silo's end");
        TestContext.Current.SendDiagnosticMessage($"stopped in {System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalSeconds:f1} s");

        // The client that was left behind ends when it has its broker again.
        bench.Broker.BringUp(1);
    }

    [Fact]
    public async Task Broker_IsDownWithAnOffsetUncommitted_SilosStopAllTheSame()
    {
        await using var bench = new StreamBench("events", 1, options => options.CommitInterval = TimeSpan.FromMinutes(5));
        await bench.StartAsync();
        await bench.Send(0, 0, 10);
        await bench.Deliveries.UntilCount(10);
        bench.Broker.TakeDown(1);
        await bench.Logs.Until("reading: failure 1");

        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        await Awaiting.Bounded(bench.StopAsync(), "the silo's end");
        TestContext.Current.SendDiagnosticMessage($"stopped in {System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalSeconds:f1} s");

        // The client that was left behind ends when it has its broker again.
        bench.Broker.BringUp(1);
    }

    private static string? Text(Confluent.Kafka.ConsumeResult<byte[]?, byte[]?> record, string header) =>
        record.Message.Headers.TryGetLastBytes(header, out var value) ? Encoding.UTF8.GetString(value) : null;
}
