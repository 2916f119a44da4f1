using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Inference.Commands.Benchmarks.Streaming;
using Orleans.Inference.Commands.Simulation;
using Orleans.Inference.Engines;
using Orleans.Inference.Grains.Engine;
using Orleans.Inference.Kafka;
using Orleans.Inference.Models.Onnx;
using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Grains.Benchmarks;

/// <summary>From sending a payment to having its prediction, through the development broker and one silo in this process, at a steady rate.</summary>
internal static class LatencyBench
{
    private const int Rate = 2_000;
    private const int WarmUp = 10 * Rate;
    private const int Measured = 10 * Rate;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static async Task RunAsync(BenchArguments arguments, PipelineModel pipeline)
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

        await using var producer = transport.CreateProducer();
        await using var answers = transport.CreateSource(pipeline.Sink.Topic, "bench");
        var clock = new RoundTrips(WarmUp + (Measured * arguments.Runs));
        answers.Start((await answers.OpenAsync(CancellationToken.None)).Starts, clock);
        using var payments = new PaymentSimulator(PaymentSimulationOptions.ForRate(Rate)).From().GetEnumerator();
        var sender = new PacedSender(producer, pipeline.Source.Topic, payments, clock, Rate);
        await SendAsync(sender, clock, WarmUp);
        for (var run = 0; run < arguments.Runs; run++)
        {
            var times = await SendAsync(sender, clock, Measured);
            Console.WriteLine(
                $"produce to receipt at {Rate:N0}/s: p50 {RoundTrips.Percentile(times, 0.5):F1} ms, p99 {RoundTrips.Percentile(times, 0.99):F1} ms, longest {times[^1]:F1} ms; "
                + $"record to score p99 {engine.Figures.LatencyP99Ms:F1} ms");
        }

        await engine.DisposeAsync();
        await host.StopAsync();
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
