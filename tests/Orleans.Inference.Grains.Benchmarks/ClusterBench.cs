using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Inference.Commands.Benchmarks.Live;
using Orleans.Inference.Commands.Simulation;
using Orleans.Inference.Commands.Validation;
using Orleans.Inference.Embedded;
using Orleans.Inference.Engines;
using Orleans.Inference.Grains.Engine;
using Orleans.Inference.Grains.Partitions;
using Orleans.Inference.Grains.Pipelines;
using Orleans.Inference.Models.Onnx;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Storage.Folders;

namespace Orleans.Inference.Grains.Benchmarks;

/// <summary>
/// One silo under the fraud pipeline against what its calls alone would cost, against one call per event, and against the embedded engine: all in one run, over the same
/// payments, from memory to memory.
/// </summary>
internal sealed class ClusterBench(BenchArguments arguments, PipelineModel pipeline)
{
    private readonly PreparedPayments _payments = new(Payments(arguments));

    public static async Task<int> RunAsync(BenchArguments arguments)
    {
        var pipeline = PipelineLoader.LoadRunnable(arguments.Pipeline, TextWriter.Null);
        switch (arguments.Scenario)
        {
            case "latency":
                await LatencyBench.RunAsync(arguments, pipeline);
                return 0;
            case "engine":
                await new ClusterBench(arguments, pipeline).MeasureEngineAloneAsync();
                return 0;
        }

        var bench = new ClusterBench(arguments, pipeline);
        var shares = new List<Shares>();
        Console.WriteLine("the first run warms the process up and is not counted");
        await bench.MeasureAsync();
        for (var run = 0; run < arguments.Runs; run++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            shares.Add(await bench.MeasureAsync());
        }

        Console.WriteLine(
            $"medians: share of empty calls {Median(shares.Select(share => share.Empty)):F2}, times one call per event {Median(shares.Select(share => share.Single)):F2}, "
            + $"share of the embedded engine {Median(shares.Select(share => share.Embedded)):F3}");
        return 0;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    private static IEnumerable<Payment> Payments(BenchArguments arguments) => arguments.Customers == 0
        ? new PaymentSimulator(new PaymentSimulationOptions()).From().Take(2 * arguments.Events)
        : SpreadPayments.Make(2L * arguments.Events, arguments.Customers, 2 * arguments.Customers, TimeSpan.FromDays(40));

    /// <summary>Of the partition with the fewest payments, half: each partition begins with as many to warm up.</summary>
    private int Held => Enumerable.Range(0, PreparedPayments.Partitions).Min(partition => _payments.Of(partition).Count) / 2;

    private async Task MeasureEngineAloneAsync()
    {
        for (var run = 0; run < arguments.Runs; run++)
        {
            var engine = await MeasureEngineAsync(Held);
            Console.WriteLine(
                $"engine {engine.PerSecond:N0}/s, {engine.CallsPerEvent:F2} calls, {engine.RowsPerEvent:F3} rows, {engine.Allocated:F0} allocated bytes an event, "
                + $"{engine.Processor:F1} us of processor an event, {engine.Collections} collections, {engine.Paused.TotalMilliseconds:F0} ms paused");
        }
    }

    private async Task<Shares> MeasureAsync()
    {
        var held = Held;
        var engine = await MeasureEngineAsync(held);
        var (empty, emptyBytes) = await MeasureEmptyAsync(engine);
        var single = await MeasureSingleAsync(held);
        var embedded = await MeasureEmbeddedAsync();
        Console.WriteLine(
            $"engine {engine.PerSecond:N0}/s ({engine.CallsPerEvent:F2} calls, {engine.RowsPerEvent:F3} rows, {engine.BytesPerEvent:F0} stored bytes an event, "
            + $"{engine.CallsPerBatch:F0} calls a batch{HeapOf(engine, emptyBytes)}), "
            + $"empty calls for {empty:N0}/s, one call per event {single:N0}/s, embedded {embedded:N0}/s");
        return new Shares(engine.PerSecond / empty, engine.PerSecond / single, engine.PerSecond / embedded);
    }

    /// <summary>Of few entities, what the process has besides them would be most of it.</summary>
    private static string HeapOf(EngineResult engine, long emptyBytes) =>
        engine.Entities < 100_000 ? "" : $", {engine.EntityBytes:N0} heap bytes an entity, {emptyBytes:N0} an empty grain";

    private async Task<EngineResult> MeasureEngineAsync(int held)
    {
        var before = Heap();
        using var host = await BenchSilo.StartAsync(arguments.Postgres);
        var transport = new MemoryTransport(_payments) { Held = held };
        var name = $"{pipeline.Name}-{Guid.NewGuid():N}";
        await using var engine = new OrleansEngineFactory(() => host.Services, NullLoggerFactory.Instance)
            .CreateEngine(pipeline with { Name = name }, Parts(transport), new EngineOptions());
        await engine.StartAsync(CancellationToken.None);
        var warm = (long)held * PreparedPayments.Partitions;
        await UntilAsync(() => transport.Written >= warm);
        var local = await host.Services.GetRequiredService<SiloPipelines>().GetAsync(name, CancellationToken.None);
        await local.Writer.FlushAsync();
        var known = EntitiesOf(local);
        var (calls, rows, bytes, scored) = (local.EntityCalls, local.Writer.WrittenRows, local.Writer.WrittenBytes, local.Batches);
        var (allocated, collections, paused, processor) = (GC.GetTotalAllocatedBytes(), GC.CollectionCount(0), GC.GetTotalPauseDuration(), Environment.CpuUsage.TotalTime);
        var started = Stopwatch.GetTimestamp();
        transport.Release();
        await UntilAsync(() => transport.Written >= _payments.Count);
        var elapsed = Stopwatch.GetElapsedTime(started);
        (allocated, collections, paused, processor) = (
            GC.GetTotalAllocatedBytes() - allocated, GC.CollectionCount(0) - collections, GC.GetTotalPauseDuration() - paused, Environment.CpuUsage.TotalTime - processor);
        await local.Writer.FlushAsync();
        var events = _payments.Count - warm;
        var entities = EntitiesOf(local);
        var result = new EngineResult(
            events / elapsed.TotalSeconds,
            (local.EntityCalls - calls) / (double)events,
            (local.Writer.WrittenRows - rows) / (double)events,
            (local.Writer.WrittenBytes - bytes) / (double)events,
            (local.EntityCalls - calls) / (double)(local.Batches - scored),
            (Heap() - before) / Math.Max(1, entities),
            entities,
            events)
        {
            Allocated = allocated / (double)events,
            Collections = collections,
            Paused = paused,
            Processor = processor.TotalMicroseconds / events,
            Activated = entities - known,
        };
        await engine.DisposeAsync();
        await host.StopAsync();
        return result;
    }

    /// <summary>Events a second that the calls alone would allow: as many, and as many of them the first to their grain.</summary>
    private async Task<(double PerSecond, long Bytes)> MeasureEmptyAsync(EngineResult engine)
    {
        var before = Heap();
        using var host = await BenchSilo.StartAsync(null);
        var callers = Enumerable.Range(0, PreparedPayments.Partitions)
            .Select(key => host.Services.GetRequiredService<IGrainFactory>().GetGrain<IEmptyCaller>(key)).ToList();
        var calls = engine.Events * engine.CallsPerEvent;
        var known = new CallPattern(Math.Max(1, (int)engine.CallsPerBatch), EntityCalls.MostAsked, NewShare: 0.5);
        var pattern = known with { NewShare = engine.Activated / calls };
        await CallAsync(known, 2 * (engine.Entities - engine.Activated));
        var started = Stopwatch.GetTimestamp();
        var made = await CallAsync(pattern, calls);
        var elapsed = Stopwatch.GetElapsedTime(started);
        var bytes = (Heap() - before) / Math.Max(1, engine.Entities);
        await host.StopAsync();
        return (made / engine.CallsPerEvent / elapsed.TotalSeconds, bytes);

        async Task<double> CallAsync(CallPattern what, double count)
        {
            var batches = (int)Math.Ceiling(count / what.InABatch / callers.Count);
            await Task.WhenAll(callers.Select(caller => caller.CallAsync(what, batches).AsTask()));
            return (double)batches * what.InABatch * callers.Count;
        }
    }

    private async Task<double> MeasureSingleAsync(int held)
    {
        using var host = await BenchSilo.StartAsync(null);
        host.Services.GetRequiredService<SingleCallSource>().Payments = _payments;
        var name = pipeline.Name + "-single";
        await using var engine = new OrleansEngineFactory(() => host.Services, NullLoggerFactory.Instance)
            .CreateEngine(pipeline with { Name = name }, Parts(null), new EngineOptions());
        await engine.StartAsync(CancellationToken.None);
        await UntilAsync(() => engine.Readiness.IsReady);
        var callers = Enumerable.Range(0, PreparedPayments.Partitions)
            .Select(key => host.Services.GetRequiredService<IGrainFactory>().GetGrain<ISingleCaller>(key)).ToList();
        await Task.WhenAll(callers.Select(caller => caller.RunAsync(name, 0, held).AsTask()));
        var count = Math.Min(held, arguments.Events / PreparedPayments.Partitions / 2);
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(callers.Select(caller => caller.RunAsync(name, held, count).AsTask()));
        var perSecond = count * PreparedPayments.Partitions / Stopwatch.GetElapsedTime(started).TotalSeconds;
        await engine.DisposeAsync();
        await host.StopAsync();
        return perSecond;
    }

    private async Task<double> MeasureEmbeddedAsync()
    {
        var folder = Directory.CreateTempSubdirectory("cluster-bench-");
        try
        {
            using var state = StateFolder.Open(folder.FullName, pipeline);
            var transport = new MemoryTransport(_payments) { Held = -1 };
            var parts = Parts(transport) with
            {
                Store = state.Store,
                Journal = state.Journal,
                Source = transport.CreateSource(pipeline),
                Sink = transport.CreateSink(pipeline),
            };
            await using var engine = new EmbeddedEngineFactory(NullLoggerFactory.Instance).CreateEngine(pipeline, parts, new EngineOptions());
            await engine.StartAsync(CancellationToken.None);

            // It takes the inputs in the order of their clocks, so that none can be held: the second half is measured in passing.
            await UntilAsync(() => transport.Written >= _payments.Count / 2);
            var (from, started) = (transport.Written, Stopwatch.GetTimestamp());
            await UntilAsync(() => transport.Written >= _payments.Count);
            return (_payments.Count - from) / Stopwatch.GetElapsedTime(started).TotalSeconds;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static EngineParts Parts(MemoryTransport? transport) =>
        new() { Models = new OnnxModelCatalog(), Store = null!, Journal = null!, Transport = transport };

    private long EntitiesOf(SiloPipeline local) => pipeline.Entities.Sum(entity => local.Entities.CountOf(entity.Index));

    private static long Heap()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        var started = Stopwatch.GetTimestamp();
        while (!isSo())
        {
            if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromMinutes(3))
            {
                throw new TimeoutException("The run took more than three minutes.");
            }

            await Task.Delay(1);
        }
    }

    /// <param name="Empty">Of empty calls.</param>
    /// <param name="Single">Of one call per event.</param>
    /// <param name="Embedded">Of the embedded engine.</param>
    private sealed record Shares(double Empty, double Single, double Embedded);

    private sealed record EngineResult(
        double PerSecond, double CallsPerEvent, double RowsPerEvent, double BytesPerEvent, double CallsPerBatch, long EntityBytes, long Entities, long Events)
    {
        /// <summary>Bytes an event.</summary>
        public double Allocated { get; init; }

        /// <summary>Entities that were first named in the part that was measured.</summary>
        public double Activated { get; init; }

        public int Collections { get; init; }

        public TimeSpan Paused { get; init; }

        /// <summary>Microseconds of processor time an event.</summary>
        public double Processor { get; init; }
    }
}
