using System.Diagnostics.Metrics;
using Orleans.Inference.Engines;

namespace Orleans.Inference.Telemetry;

/// <summary>
/// The meter <c>Orleans.Inference</c> and its instruments, one a process. Names have dots and units; the usual translation (dots to
/// underscores, the unit and <c>_total</c> appended) gives the Prometheus names, such as <c>inference_stage_seconds</c>. No tag ever
/// holds an entity key or an event id. Recording and <see cref="Observe"/> may be called from any thread.
/// </summary>
public sealed class InferenceMeter : IDisposable
{
    public const string Name = "Orleans.Inference";

    // 100 us to a minute: a single event takes a millisecond or two, one that waited for a broker takes seconds.
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries =
        [
            0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
        ],
    };

    private static readonly InstrumentAdvice<long> BatchSizes = new()
    {
        HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096],
    };

    private readonly Lock _gate = new();

    // Replaced whole under the gate; read by gauge callbacks on any thread.
    private volatile IScoringEngine[] _observed = [];

    public InferenceMeter()
    {
        Meter = new Meter(Name);
        Events = Meter.CreateCounter<long>("inference.events", null, "Events by what became of them.");
        Predictions = Meter.CreateCounter<long>("inference.predictions", null, "Predictions by the version that made them.");
        Decisions = Meter.CreateCounter<long>("inference.decisions", null, "Decisions taken.");
        ModelErrors = Meter.CreateCounter<long>("inference.model.errors", null, "Model calls that failed, by reason.");
        EventToPrediction = Meter.CreateHistogram(
            "inference.event_to_prediction", "s", "Time from an event's arrival at its source to its score.", null, Seconds);
        Stage = Meter.CreateHistogram("inference.stage", "s", "Time a batch spent in a stage.", null, Seconds);
        Checkpoint = Meter.CreateHistogram("inference.checkpoint", "s", "Time from a checkpoint's barrier to its commit.", null, Seconds);
        BatchEvents = Meter.CreateHistogram("inference.batch.events", "{event}", "Events in a batch.", null, BatchSizes);
        Meter.CreateObservableGauge("inference.consumer.lag", ConsumerLag, "{record}", "Records of the source topic not yet taken.");
        Meter.CreateObservableGauge("inference.entities.active", EntitiesActive, "{entity}", "Entities in memory.");
    }

    public Meter Meter { get; }

    internal Counter<long> Events { get; }

    internal Counter<long> Predictions { get; }

    internal Counter<long> Decisions { get; }

    internal Counter<long> ModelErrors { get; }

    internal Histogram<double> EventToPrediction { get; }

    internal Histogram<double> Stage { get; }

    internal Histogram<double> Checkpoint { get; }

    internal Histogram<long> BatchEvents { get; }

    /// <summary>Shows an engine's lag and active entities as gauges until the result is disposed. The engine's figures are asked at each collection.</summary>
    public IDisposable Observe(IScoringEngine engine)
    {
        lock (_gate)
        {
            _observed = [.. _observed, engine];
        }

        return new Observation(this, engine);
    }

    public void Dispose() => Meter.Dispose();

    private IEnumerable<Measurement<long>> ConsumerLag()
    {
        foreach (var engine in _observed)
        {
            foreach (var (partition, lag) in engine.Figures.ConsumerLag)
            {
                yield return new Measurement<long>(
                    lag,
                    new("pipeline", engine.Pipeline.Name),
                    new("topic", engine.Pipeline.Source.Topic),
                    new("partition", partition.ToString()));
            }
        }
    }

    private IEnumerable<Measurement<long>> EntitiesActive()
    {
        foreach (var engine in _observed)
        {
            foreach (var (type, count) in engine.Figures.EntitiesActive)
            {
                yield return new Measurement<long>(count, new("pipeline", engine.Pipeline.Name), new("type", type));
            }
        }
    }

    private sealed class Observation(InferenceMeter meter, IScoringEngine engine) : IDisposable
    {
        public void Dispose()
        {
            lock (meter._gate)
            {
                meter._observed = [.. meter._observed.Where(other => !ReferenceEquals(other, engine))];
            }
        }
    }
}
