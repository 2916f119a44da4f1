using System.Buffers;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Inference.Commands.Benchmarks.Figures;
using Orleans.Inference.Commands.Benchmarks.Live;
using Orleans.Inference.Commands.Simulation;
using Orleans.Inference.Kafka;
using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Commands.Benchmarks.Streaming;

/// <summary>
/// Kafka to Kafka: the live engine against a loop that only copies, over the same records on the same development broker. Each reads a backlog that is there before it
/// begins, from its first record to the acknowledgement of its last output, so that sending is not part of it.
/// </summary>
internal sealed class KafkaScenario : IBenchScenario
{
    private const int Partitions = 16;

    // Some 190 bytes each: 2.9 MB a partition on average, where the broker drops records beyond 5 MB.
    private const int Payments = 240_000;
    private const int WarmUpPayments = 60_000;
    private static readonly TimeSpan CheckpointInterval = TimeSpan.FromSeconds(1);

    public string Name => "kafka";

    public async Task MeasureAsync(BenchRun run, FigureSet figures, CancellationToken cancellationToken)
    {
        var length = await RunAsync(run, null, "warm-up", run.Sized(WarmUpPayments), 0, engineFirst: true, cancellationToken);
        for (var i = 0; i < run.Options.Runs; i++)
        {
            // Whoever comes second finds a broker with more in it.
            length = await RunAsync(run, figures, $"run {i}", run.Sized(Payments), length, engineFirst: i % 2 == 0, cancellationToken);
            run.Say($"kafka {i + 1}/{run.Options.Runs}");
        }
    }

    /// <summary>Measures all three; the bare ones write values as long as predictions were before. Returns how long they were now.</summary>
    private static async Task<int> RunAsync(
        BenchRun run, FigureSet? figures, string folder, int count, int length, bool engineFirst, CancellationToken cancellationToken)
    {
        await BenchRun.SettleAsync();
        TopicSpec[] topics = [.. Topics("engine"), .. Topics("native"), .. Topics("bare")];
        using var broker = DevelopmentBroker.Start(topics: topics);
        var transport = new KafkaTransport(broker.Settings, NullLoggerFactory.Instance, TimeProvider.System);
        var engine = engineFirst ? await ScoreAsync(run, transport, folder, count, cancellationToken) : null;
        var native = await EchoAsync(run, transport, count, length, cancellationToken);
        await FillAsync(transport, In("bare"), count, cancellationToken);
        var bare = await Task.Run(() => BareLoop.Run(broker.BootstrapServers, In("bare"), Partitions, Out("bare"), count, length), cancellationToken);
        engine ??= await ScoreAsync(run, transport, folder, count, cancellationToken);
        figures?.Add("events", "1/s", count / engine.Elapsed.TotalSeconds);
        figures?.Add("bare loop", "1/s", count / bare.TotalSeconds);
        figures?.Add("share of the bare loop", "", bare / engine.Elapsed, Goal.AtLeast(0.4));
        figures?.Add("native source and sink without engine", "1/s", count / native.TotalSeconds);
        figures?.Add("share of native source and sink", "", native / engine.Elapsed);
        figures?.Add("size of a prediction", "bytes", engine.PredictionLength);
        figures?.Add("checkpoints meanwhile", "", engine.Checkpoints);
        figures?.AddThreads(engine.Threads, count);
        return engine.PredictionLength;
    }

    private static async Task<Scored> ScoreAsync(
        BenchRun run, KafkaTransport transport, string folder, int count, CancellationToken cancellationToken)
    {
        await FillAsync(transport, In("engine"), count, cancellationToken);
        var pipeline = PipelineOn(run.Pipeline, "engine");
        var source = new ObservedSource(transport.CreateSource(pipeline));
        var sink = new ObservedSink(transport.CreateSink(pipeline), count);
        using var threads = ThreadTimes.Start();
        await using var live = await LiveRun.StartAsync(
            run, pipeline, run.EngineOptions, run.CreateFolder(folder), source, sink, cancellationToken);
        var ended = await live.WhenAsync(sink.Acknowledged, $"{count:N0} acknowledged predictions", cancellationToken);
        await live.WhenScoredAsync(count, cancellationToken);
        return new Scored(
            TimeProvider.System.GetElapsedTime(source.FirstAt, ended), sink.MeanValueLength, live.Engine.Figures.Checkpoints, threads.Stop());
    }

    private static async Task<TimeSpan> EchoAsync(
        BenchRun run, KafkaTransport transport, int count, int valueLength, CancellationToken cancellationToken)
    {
        await FillAsync(transport, In("native"), count, cancellationToken);
        var pipeline = PipelineOn(run.Pipeline, "native");
        await using var reading = transport.CreateSource(pipeline);
        var source = new ObservedSource(reading);
        await using var writing = transport.CreateSink(pipeline);
        var sink = new ObservedSink(writing, count);
        var topic = await source.OpenAsync(cancellationToken);
        await sink.OpenAsync(cancellationToken);
        source.Start(topic.Starts, new EchoLoop(sink, new byte[valueLength]));
        var ended = await sink.Acknowledged.WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System, cancellationToken);
        return TimeProvider.System.GetElapsedTime(source.FirstAt, ended);
    }

    private static async Task FillAsync(KafkaTransport transport, string topic, int count, CancellationToken cancellationToken)
    {
        await using var producer = transport.CreateProducer();
        var value = new ArrayBufferWriter<byte>(512);
        var key = new ArrayBufferWriter<byte>(16);
        foreach (var payment in new PaymentSimulator(new PaymentSimulationOptions()).From().Take(count))
        {
            value.ResetWrittenCount();
            key.ResetWrittenCount();
            PaymentWriter.WriteJson(payment, value, withTruth: true);
            PaymentWriter.WriteCustomer(payment, key);
            producer.Produce(topic, key.WrittenSpan, value.WrittenSpan);
        }

        await producer.FlushAsync(cancellationToken);
    }

    private static PipelineModel PipelineOn(PipelineModel pipeline, string name) => pipeline with
    {
        Source = pipeline.Source with { Topic = In(name) },
        Sink = pipeline.Sink with { Topic = Out(name) },
        CheckpointInterval = CheckpointInterval,
    };

    private static IEnumerable<TopicSpec> Topics(string name) => [new TopicSpec(In(name), Partitions), new TopicSpec(Out(name), Partitions)];

    private static string In(string name) => $"{name}-in";

    private static string Out(string name) => $"{name}-out";

    private sealed record Scored(TimeSpan Elapsed, int PredictionLength, long Checkpoints, IReadOnlyList<KeyValuePair<string, TimeSpan>> Threads);
}
