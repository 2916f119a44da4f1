using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Inference.Commands.Benchmarks.Figures;
using Orleans.Inference.Commands.Benchmarks.Live;
using Orleans.Inference.Commands.Simulation;
using Orleans.Inference.Delivery;
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
        await MeasureEchoAsync(run, figures, cancellationToken);
        await MeasureEngineAsync(run, figures, cancellationToken);
    }

    /// <summary>What broker, clients and machine take by themselves: our source and sink without an engine, in a time of their own.</summary>
    private static async Task MeasureEchoAsync(BenchRun run, FigureSet figures, CancellationToken cancellationToken)
    {
        await BenchRun.SettleAsync();
        using var broker = DevelopmentBroker.Start();
        var transport = new KafkaTransport(broker.Settings, NullLoggerFactory.Instance, TimeProvider.System);
        var count = (int)(run.Sized(WarmUp).TotalSeconds * Rate);
        await using var source = transport.CreateSource(run.Pipeline);
        await using var sink = transport.CreateSink(run.Pipeline);
        var topic = await source.OpenAsync(cancellationToken);
        await sink.OpenAsync(cancellationToken);
        source.Start(topic.Starts, new EchoLoop(sink, value: null));
        await using var stream = await Stream.StartAsync(
            transport, run.Pipeline.Source.Topic, run.Pipeline.Sink.Topic, count * (1 + run.Options.Runs), cancellationToken);
        await stream.SendAsync(count, cancellationToken);
        for (var i = 0; i < run.Options.Runs; i++)
        {
            var times = await stream.SendAsync(count, cancellationToken);
            figures.Add("p50 without engine", "ms", RoundTrips.Percentile(times, 0.5));
            figures.Add("p99 without engine", "ms", RoundTrips.Percentile(times, 0.99));
        }
    }

    private static async Task MeasureEngineAsync(BenchRun run, FigureSet figures, CancellationToken cancellationToken)
    {
        await BenchRun.SettleAsync();
        using var pauses = new CollectionPauses();
        using var broker = DevelopmentBroker.Start();
        var transport = new KafkaTransport(broker.Settings, NullLoggerFactory.Instance, TimeProvider.System);
        var pipeline = run.Pipeline;
        var perRun = (int)(run.Sized(Duration).TotalSeconds * Rate);
        var warmUp = (int)(run.Sized(WarmUp).TotalSeconds * Rate);
        await using var live = await LiveRun.StartAsync(
            run, pipeline, run.EngineOptions, run.CreateFolder("state"), transport.CreateSource(pipeline), transport.CreateSink(pipeline), cancellationToken);
        await using var stream = await Stream.StartAsync(
            transport, pipeline.Source.Topic, pipeline.Sink.Topic, warmUp + (perRun * run.Options.Runs), cancellationToken);
        await stream.SendAsync(warmUp, cancellationToken);
        for (var i = 0; i < run.Options.Runs; i++)
        {
            pauses.TakeLongest();
            var checkpoints = live.Engine.Figures.Checkpoints;
            var started = TimeProvider.System.GetTimestamp();
            var times = await stream.SendAsync(perRun, cancellationToken);
            var elapsed = TimeProvider.System.GetElapsedTime(started);
            figures.Add("p50", "ms", RoundTrips.Percentile(times, 0.5));
            figures.Add("p99", "ms", RoundTrips.Percentile(times, 0.99), Goal.Below(10));
            figures.Add("p99.9", "ms", RoundTrips.Percentile(times, 0.999));
            figures.Add("longest", "ms", times[^1]);
            figures.Add("p99 from record to score, last seconds", "ms", live.Engine.Figures.LatencyP99Ms);
            figures.Add("longest pause for garbage", "ms", pauses.TakeLongest().TotalMilliseconds);
            figures.Add("collections so far", "", GC.CollectionCount(0));
            figures.Add("paused for garbage so far", "%", GC.GetGCMemoryInfo(GCKind.Any).PauseTimePercentage);
            figures.Add("longest pause of a shard so far", "ms", live.Engine.Figures.LongestCheckpointPauseMs);
            figures.Add("events sent", "1/s", perRun / elapsed.TotalSeconds);
            figures.Add("checkpoints meanwhile", "", live.Engine.Figures.Checkpoints - checkpoints);
            run.Say($"latency {i + 1}/{run.Options.Runs}: p99 {RoundTrips.Percentile(times, 0.99):F1} ms");
        }
    }

    /// <summary>Payments sent to one topic and their answers read from another.</summary>
    private sealed class Stream : IAsyncDisposable
    {
        private readonly KafkaEventProducer _producer;
        private readonly IRecordSource _answers;
        private readonly RoundTrips _clock;
        private readonly PacedSender _sender;
        private readonly IEnumerator<Payment> _payments = new PaymentSimulator(PaymentSimulationOptions.ForRate(Rate)).From().GetEnumerator();

        private Stream(KafkaEventProducer producer, IRecordSource answers, string topic, int capacity)
        {
            _producer = producer;
            _answers = answers;
            _clock = new RoundTrips(capacity);
            _sender = new PacedSender(producer, topic, _payments, _clock, Rate);
        }

        public static async Task<Stream> StartAsync(KafkaTransport transport, string to, string from, int capacity, CancellationToken cancellationToken)
        {
            var stream = new Stream(transport.CreateProducer(), transport.CreateSource(from, "bench"), to, capacity);
            var answers = await stream._answers.OpenAsync(cancellationToken);
            stream._answers.Start(answers.Starts, stream._clock);
            return stream;
        }

        /// <summary>Sends at the rate and waits for all answers; their times in milliseconds, in ascending order.</summary>
        public async Task<double[]> SendAsync(int count, CancellationToken cancellationToken)
        {
            var first = _clock.Sent;
            var received = _clock.WhenReceivedAsync(first + count);
            await Task.Factory.StartNew(
                () => _sender.Send(count, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            try
            {
                await received.WaitAsync(Patience, TimeProvider.System, cancellationToken);
            }
            catch (TimeoutException)
            {
                throw new CommandException(ExitCode.Rejected, $"of {first + count:N0} answers {_clock.Received:N0} came");
            }

            return _clock.Milliseconds(first);
        }

        public async ValueTask DisposeAsync()
        {
            _payments.Dispose();
            await _producer.DisposeAsync();
            await _answers.DisposeAsync();
        }
    }
}
