using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Inference.Commands.Benchmarks.Figures;
using Orleans.Inference.Commands.Benchmarks.Live;
using Orleans.Inference.Commands.Simulation;
using Orleans.Inference.Kafka;

namespace Orleans.Inference.Commands.Benchmarks.Streaming;

/// <summary>
/// From producing an event to receiving its prediction, over Kafka both ways, at 5,000 events a second. Clock, producer, engine, broker and consumer are in this process.
/// The producer keeps its own time and does not wait for anybody, so that a stall is seen by every event it delays.
/// </summary>
internal sealed class LatencyScenario : IBenchScenario
{
    private const int Rate = 5_000;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public string Name => "latency";

    public async Task MeasureAsync(BenchRun run, FigureSet figures, CancellationToken cancellationToken)
    {
        BenchRun.Settle();
        var pipeline = run.Pipeline;
        using var broker = DevelopmentBroker.Start(
            topics: [new TopicSpec(pipeline.Source.Topic, DevelopmentBroker.DefaultPartitions), new TopicSpec(pipeline.Sink.Topic, DevelopmentBroker.DefaultPartitions)]);
        var transport = new KafkaTransport(broker.Settings, NullLoggerFactory.Instance, TimeProvider.System);
        var warmUp = (int)(run.Sized(WarmUp).TotalSeconds * Rate);
        var perRun = (int)(run.Sized(Duration).TotalSeconds * Rate);
        var clock = new RoundTrips(warmUp + (perRun * run.Options.Runs));
        await using var live = await LiveRun.StartAsync(
            run, pipeline, run.EngineOptions, run.CreateFolder("state"), transport.CreateSource(pipeline), transport.CreateSink(pipeline), cancellationToken);
        await using var receiving = transport.CreateSource(pipeline.Sink.Topic, "bench");
        await receiving.OpenAsync(cancellationToken);
        receiving.Start([], clock);
        await using var producer = transport.CreateProducer();
        using var payments = new PaymentSimulator(PaymentSimulationOptions.ForRate(Rate)).From().GetEnumerator();
        var sender = new PacedSender(producer, pipeline.Source.Topic, payments, clock, Rate);
        await SendAsync(sender, clock, warmUp, cancellationToken);
        for (var i = 0; i < run.Options.Runs; i++)
        {
            var first = clock.Sent;
            var checkpoints = live.Engine.Figures.Checkpoints;
            var started = TimeProvider.System.GetTimestamp();
            await SendAsync(sender, clock, perRun, cancellationToken);
            var elapsed = TimeProvider.System.GetElapsedTime(started);
            var times = clock.Milliseconds(first);
            figures.Add("p50", "ms", RoundTrips.Percentile(times, 0.5));
            figures.Add("p99", "ms", RoundTrips.Percentile(times, 0.99), Goal.Below(10));
            figures.Add("p99.9", "ms", RoundTrips.Percentile(times, 0.999));
            figures.Add("longest", "ms", times[^1]);
            figures.Add("events sent", "1/s", perRun / elapsed.TotalSeconds);
            figures.Add("checkpoints meanwhile", "", live.Engine.Figures.Checkpoints - checkpoints);
            run.Say($"latency {i + 1}/{run.Options.Runs}: p99 {RoundTrips.Percentile(times, 0.99):F1} ms");
        }
    }

    private static async Task SendAsync(PacedSender sender, RoundTrips clock, int count, CancellationToken cancellationToken)
    {
        var target = clock.Sent + count;
        var received = clock.WhenReceivedAsync(target);
        await Task.Factory.StartNew(
            () => sender.Send(count, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            await received.WaitAsync(Patience, TimeProvider.System, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new CommandException(ExitCode.Rejected, $"of {target:N0} predictions {clock.Received:N0} came");
        }
    }
}
