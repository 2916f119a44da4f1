using System.Diagnostics.Metrics;
using Orleans.Inference.Telemetry;

namespace Orleans.Inference.Api.Metrics;

/// <summary>
/// Adds up one meter's measurements for Prometheus to fetch. A <see cref="MeterListener"/> of our own rather than the OpenTelemetry SDK: this release has
/// no OTLP, and the SDK's own Prometheus exporter has no stable release. Recording takes no lock and allocates nothing.
/// </summary>
internal sealed class PrometheusExporter : IDisposable
{
    private readonly Lock _gate = new();
    private readonly MeterListener _listener = new();
    private readonly List<InstrumentSeries> _instruments = [];

    public PrometheusExporter(InferenceMeter meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, meter.Meter))
            {
                var series = new InstrumentSeries(instrument);
                lock (_gate)
                {
                    _instruments.Add(series);
                }

                listener.EnableMeasurementEvents(instrument, series);
            }
        };
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => ((InstrumentSeries)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => ((InstrumentSeries)state!).Record(value, tags));
        _listener.Start();
    }

    /// <summary>Asks the gauges and gives everything in Prometheus' text format 0.0.4.</summary>
    public string Collect()
    {
        lock (_gate)
        {
            foreach (var instrument in _instruments)
            {
                if (instrument.IsGauge)
                {
                    instrument.Clear();
                }
            }

            _listener.RecordObservableInstruments();
            var text = new PrometheusText();
            foreach (var instrument in _instruments)
            {
                text.Add(instrument);
            }

            return text.ToString();
        }
    }

    public void Dispose() => _listener.Dispose();
}
