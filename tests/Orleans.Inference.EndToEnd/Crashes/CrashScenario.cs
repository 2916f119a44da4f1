using System.Diagnostics;
using System.Text.Json;
using Orleans.Inference.Kafka;
using Orleans.Inference.Storage.Folders;

namespace Orleans.Inference.EndToEnd.Crashes;

/// <summary>
/// A producer sends payments while the engine's process is stopped and started again; at the end a plain reader looks at the topics and at the state.
/// </summary>
internal sealed class CrashScenario(StopPlan plan, BrokerProcess broker)
{
    private const int Records = 2_400;

    private readonly List<double> _startMs = [];

    /// <summary>Milliseconds from a process's start until it was ready, of those that got there.</summary>
    public IReadOnlyList<double> StartMs => _startMs;

    public int RecordsRead { get; private set; }

    public async Task RunAsync()
    {
        using var files = PaymentPipeline.Create($"payments-{plan.Seed}-{plan.Signal}");
        await using var producer = broker.Connect().CreateProducer();
        var stream = new PaymentStream(plan.Seed, Records);

        // Every partition has begun before the first start: only the clocks of those that have hold back what entities may forget.
        Send(producer, files.Source, stream, PaymentStream.Customers);
        await producer.FlushAsync(CancellationToken.None).WaitAsync(Bounds.Work);
        var sent = SendRestAsync(producer, files.Source, stream);
        foreach (var (moment, after, losesJournal) in plan.Moments())
        {
            await RunUntilAsync(files, moment, after);
            if (losesJournal)
            {
                files.DeleteJournal();
            }
        }

        await sent;
        await RunToTheEndAsync(files);
    }

    private static void Send(KafkaEventProducer producer, string topic, PaymentStream stream, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var (key, value, headers) = stream.Next();
            producer.Produce(topic, key, value, headers);
        }
    }

    /// <summary>Some eight records every ten milliseconds: the stream lasts as long as the stops.</summary>
    private async Task SendRestAsync(KafkaEventProducer producer, string topic, PaymentStream stream)
    {
        var random = new Random(plan.Seed);
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        for (var left = Records - PaymentStream.Customers; left > 0;)
        {
            await pace.WaitForNextTickAsync();
            var burst = Math.Min(left, random.Next(14));
            Send(producer, topic, stream, burst);
            left -= burst;
        }

        await producer.FlushAsync(CancellationToken.None).WaitAsync(Bounds.Work);
    }

    private async Task RunUntilAsync(PipelineFiles files, StopMoment moment, TimeSpan after)
    {
        var watch = Stopwatch.StartNew();
        await using var engine = RunningEngine.Start(files, broker.Address);
        if (moment == StopMoment.Scoring)
        {
            await engine.ReadyAsync();
            _startMs.Add(watch.Elapsed.TotalMilliseconds);
        }
        else if (moment == StopMoment.Recovering)
        {
            await engine.ListeningAsync();
        }

        // The moment is what the seed draws: nothing is waited for here.
        await Task.Delay(after);
        Assert.False(engine.Process.HasExited, $"seed {plan.Seed}: the engine ended by itself: {engine.Process.Said}");
        if (plan.Signal == 0)
        {
            await engine.Process.KillAsync();
            return;
        }

        engine.Process.Signal(plan.Signal);
        var code = await engine.Process.ExitAsync();

        // Before the program has registered for signals, the system ends it: 128 + signal.
        Assert.True(
            code == 0 || (moment == StopMoment.Starting && code == 128 + plan.Signal), $"seed {plan.Seed}: exit {code} at {moment}: {engine.Process.Said}");
        if (moment == StopMoment.Scoring)
        {
            CheckDrained(files);
        }
    }

    /// <summary>After a clean stop the checkpoint and the output topics agree: everything before its positions is answered, and nothing behind them.</summary>
    private void CheckDrained(PipelineFiles files)
    {
        using var state = StateFolder.Open(files.State, files.Load());
        var header = state.Store.ReadHeader();
        Assert.NotNull(header);
        var next = header.Inputs.Where(input => input.Partition >= 0).ToDictionary(input => input.Partition, input => input.NextOffset);
        var answered = TopicReader.ReadAll(broker.Address, files.Sink, files.DeadLetters, files.Late).Select(AnsweredRecord.Read).ToList();
        foreach (var (partition, offset) in next)
        {
            var offsets = answered.Where(record => record.Source.Partition == partition).Select(record => record.Source.Offset).Order().ToList();
            Assert.Equal(offset, offsets.Count);
            Assert.True(offsets.Count == 0 || offsets[^1] == offset - 1, $"seed {plan.Seed} partition {partition}: {offset} taken, {offsets[^1]} answered");
        }

        Assert.All(answered, record => Assert.True(record.Sequence < header.NextSequence, $"seed {plan.Seed}: {record.Sequence} of {header.NextSequence}"));
    }

    private async Task RunToTheEndAsync(PipelineFiles files)
    {
        var source = TopicReader.ReadAll(broker.Address, files.Source);
        RecordsRead = source.Count;
        Assert.Equal(Records, source.Count);
        await using var engine = RunningEngine.Start(files, broker.Address);
        await engine.ReadyAsync();
        foreach (var partition in source.GroupBy(record => record.Partition))
        {
            await engine.PassedAsync(partition.Key, partition.Max(record => record.Offset));
        }

        var outcome = new CrashOutcome(plan, files, source);
        var state = await StateAsync(engine);
        engine.Process.Signal(ChildProcess.Terminate);
        Assert.Equal(0, await engine.Process.ExitAsync());
        outcome.Read(broker.Address);
        outcome.CheckExactlyOnce();
        await using var replay = await OrderedReplay.StartAsync(files.Load());
        await outcome.CheckReplayAsync(replay, state);
    }

    /// <summary>What the server shows of all entities, by path.</summary>
    private static async Task<Dictionary<string, JsonDocument?>> StateAsync(RunningEngine engine)
    {
        string[] paths =
        [
            .. Enumerable.Range(0, PaymentStream.Customers).SelectMany(i => new[] { $"entities/customer/C{i}", $"predictions/C{i}" }),
            .. Enumerable.Range(0, PaymentStream.Terminals).Select(i => $"entities/terminal/T{i}"),
        ];
        var state = new Dictionary<string, JsonDocument?>(StringComparer.Ordinal);
        foreach (var path in paths)
        {
            state[path] = await engine.GetAsync(path);
        }

        return state;
    }
}
