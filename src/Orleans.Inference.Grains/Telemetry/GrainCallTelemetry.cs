using System.Diagnostics.Metrics;
using Orleans.Inference.Telemetry;

namespace Orleans.Inference.Grains.Telemetry;

/// <summary>
/// Measures grain calls as <c>inference_grain_call_seconds{pipeline,grain,method}</c>. A filter of the grains that are called once a batch or for a request; entities, which are
/// called for every event, have none, because each call would pay for it: their time is the stage <c>features</c>.
/// </summary>
internal sealed class GrainCallTelemetry
{
    private readonly string _pipeline;
    private readonly TimeProvider _time;
    private readonly Histogram<double>? _calls;

    public GrainCallTelemetry(InferenceMeter? meter, string pipeline, TimeProvider time)
    {
        _pipeline = pipeline;
        _time = time;
        _calls = meter?.Meter.CreateHistogram<double>("inference.grain.call", "s", "Time in a grain, by grain type and method.");
    }

    /// <summary>Lets a call go on and records how long it took, also when it fails.</summary>
    public async Task MeasureAsync(IIncomingGrainCallContext call)
    {
        var started = _time.GetTimestamp();
        try
        {
            await call.Invoke();
        }
        finally
        {
            _calls?.Record(
                _time.GetElapsedTime(started).TotalSeconds,
                new("pipeline", _pipeline),
                new("grain", call.TargetId.Type.ToString()),
                new("method", call.MethodName));
        }
    }
}
