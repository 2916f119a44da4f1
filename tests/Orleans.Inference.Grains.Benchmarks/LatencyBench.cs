using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Inference.Commands.Benchmarks.Streaming;
using Orleans.Inference.Commands.Simulation;
using Orleans.Inference.Engines;
using Orleans.Inference.Grains.Engine;
using Orleans.Inference.Kafka;
using Orleans.Inference.Models.Onnx;
using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Grains.Benchmarks;

/// <summary>
/// From sending a payment to having its prediction, through the development broker and one silo in this process, at a steady rate; and the same without an engine. Each run
/// has a broker of its own and is short: the development broker looks for every fetch through all batches it has kept, and is slower the longer it runs. Before, as many
/// payments as make most customers and terminals known come in large batches.
/// </summary>
internal static class LatencyBench
{
    private const int Rate = 2_000;
    private const int WarmUpRate = 50_000;
    private const int WarmUp = 60_000;
    private const int Settling = 3 * Rate;
    private const int Measured = 5 * Rate;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static async Task RunAsync(BenchArguments arguments, PipelineModel pipeline)
    {
        Console.WriteLine("the first run warms the process up and is not counted");
        var echoes = new List<double[]>();
        var engines = new List<double[]>();
        for (var run = 0; run <= arguments.Runs; run++)
        {
            echoes.Add(await MeasureEchoAsync(arguments, pipeline));
            engines.Add(await MeasureEngineAsync(arguments, pipeline));
        }

        Console.WriteLine($"medians: without engine {Medians(echoes)}; engine {Medians(engines)}");
    }

    /// <summary>The fraud data's 5,000 customers and 10,000 terminals, unless told otherwise.</summary>
    private static PaymentSimulationOptions Population(BenchArguments arguments)
    {
        var customers = arguments.Customers == 0 ? 5_000 : arguments.Customers;
        return PaymentSimulationOptions.ForRate(Rate) with { Customers = customers, Terminals = 2 * customers };
    }

    private static string Medians(List<double[]> runs)
    {
        var p50 = runs.Skip(1).Select(times => RoundTrips.Percentile(times, 0.5)).Order().ToList();
        var p99 = runs.Skip(1).Select(times => RoundTrips.Percentile(times, 0.99)).Order().ToList();
        return $"p50 {p50[p50.Count / 2]:F1} ms, p99 {p99[p99.Count / 2]:F1} ms ({p99[0]:F1} to {p99[^1]:F1})";
    }

    /// <summary>What broker and clients take by themselves: a source and a sink for each partition, as the engine has, without an engine.</summary>
    private static async Task<double[]> MeasureEchoAsync(BenchArguments arguments, PipelineModel pipeline)
    {
        using var broker = DevelopmentBroker.Start();
        broker.CreateTopic(new TopicSpec(pipeline.Source.Topic, PreparedPayments.Partitions));
        var transport = new KafkaTransport(broker.Settings, NullLoggerFactory.Instance, TimeProvider.System);
        var open = new List<IAsyncDisposable>();
        for (var partition = 0; partition < PreparedPayments.Partitions; partition++)
        {
            var source = transport.CreateSource(pipeline);
            var sink = transport.CreateSink(pipeline);
            open.AddRange([source, sink]);
            var topic = await source.OpenAsync(CancellationToken.None);
            await sink.OpenAsync(CancellationToken.None);
            source.Start([topic.Starts[partition]], new EchoLoop(sink, value: null));
        }

        var times = await MeasureAsync(arguments, pipeline, transport, "without engine", static () => "");
        foreach (var one in open)
        {
            await one.DisposeAsync();
        }

        return times;
    }

    private static async Task<double[]> MeasureEngineAsync(BenchArguments arguments, PipelineModel pipeline)
    {
        using var broker = DevelopmentBroker.Start();
        broker.CreateTopic(new TopicSpec(pipeline.Source.Topic, PreparedPayments.Partitions));
        var transport = new KafkaTransport(broker.Settings, NullLoggerFactory.Instance, TimeProvider.System);
        using var host = await BenchSilo.StartAsync(arguments.Postgres);
        var parts = new EngineParts { Models = new OnnxModelCatalog(), Store = null!, Journal = null!, Transport = transport };
        await using var engine = new OrleansEngineFactory(() => host.Services, NullLoggerFactory.Instance).CreateEngine(
            pipeline with { Name = $"{pipeline.Name}-{Guid.NewGuid():N}" }, parts, new EngineOptions());
        await engine.StartAsync(CancellationToken.None);
        while (!engine.Readiness.IsReady)
        {
            await Task.Delay(10);
        }

        var times = await MeasureAsync(arguments, pipeline, transport, "engine", () => $", record to score p99 {engine.Figures.LatencyP99Ms:F1} ms");
        await engine.DisposeAsync();
        await host.StopAsync();
        return times;
    }

    private static async Task<double[]> MeasureAsync(BenchArguments arguments, PipelineModel pipeline, KafkaTransport transport, string what, Func<string> more)
    {
        await using var producer = transport.CreateProducer();
        await using var answers = transport.CreateSource(pipeline.Sink.Topic, "bench");
        var clock = new RoundTrips(WarmUp + Settling + Measured);
        answers.Start((await answers.OpenAsync(CancellationToken.None)).Starts, clock);
        using var payments = new PaymentSimulator(Population(arguments)).From().GetEnumerator();
        var sender = new PacedSender(producer, pipeline.Source.Topic, payments, clock, Rate);
        await SendAsync(new PacedSender(producer, pipeline.Source.Topic, payments, clock, WarmUpRate), clock, WarmUp);
        await SendAsync(sender, clock, Settling);
        var times = await SendAsync(sender, clock, Measured);
        Console.WriteLine(
            $"{what}, produce to receipt at {Rate:N0}/s: p50 {RoundTrips.Percentile(times, 0.5):F1} ms, p99 {RoundTrips.Percentile(times, 0.99):F1} ms, "
            + $"longest {times[^1]:F1} ms{more()}");
        return times;
    }

    private static async Task<double[]> SendAsync(PacedSender sender, RoundTrips clock, int count)
    {
        var first = clock.Sent;
        var received = clock.WhenReceivedAsync(first + count);
        await Task.Factory.StartNew(() => sender.Send(count, CancellationToken.None), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await received.WaitAsync(Patience);
        return clock.Milliseconds(first);
    }
}
