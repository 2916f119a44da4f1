using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Orleans.Inference.Api.Metrics;

/// <summary>
/// Prometheus' text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/), with names made as OpenTelemetry's
/// compatibility rules say: dots become underscores, then the unit in words, then <c>_total</c> for counters.
/// </summary>
internal sealed class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();

    public void Add(InstrumentSeries instrument)
    {
        var name = NameOf(instrument.Instrument);
        var type = instrument.IsGauge ? "gauge" : instrument.Bounds is null ? "counter" : "histogram";
        _text.Append("# HELP ").Append(name).Append(' ').Append(instrument.Instrument.Description).Append('\n');
        _text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        foreach (var series in instrument.Series)
        {
            if (instrument.Bounds is { } bounds)
            {
                AddHistogram(name, series, bounds);
            }
            else
            {
                AddSample(name, "", series, null, series.Sum);
            }
        }
    }

    public override string ToString() => _text.ToString();

    private static string NameOf(Instrument instrument)
    {
        var name = instrument.Name.Replace('.', '_');
        var unit = string.Equals(instrument.Unit, "s", StringComparison.Ordinal) ? "_seconds" : "";
        return name + unit + (instrument is Counter<long> ? "_total" : "");
    }

    private void AddHistogram(string name, SeriesValue series, IReadOnlyList<double> bounds)
    {
        // The count is that of the buckets just read, so that +Inf and count agree while others record.
        var count = 0L;
        for (var i = 0; i <= bounds.Count; i++)
        {
            count += series.BucketAt(i);
            AddSample(name, "_bucket", series, i < bounds.Count ? Number(bounds[i]) : "+Inf", count);
        }

        AddSample(name, "_sum", series, null, series.Sum);
        AddSample(name, "_count", series, null, count);
    }

    private void AddSample(string name, string suffix, SeriesValue series, string? upTo, double value)
    {
        _text.Append(name).Append(suffix).Append('{');
        var separator = "";
        foreach (var (tag, text) in series.Tags)
        {
            _text.Append(separator).Append(tag).Append("=\"");
            AddEscaped(text?.ToString() ?? "");
            _text.Append('"');
            separator = ",";
        }

        if (upTo is not null)
        {
            _text.Append(separator).Append("le=\"").Append(upTo).Append('"');
        }

        _text.Append("} ").Append(Number(value)).Append('\n');
    }

    private void AddEscaped(string text)
    {
        foreach (var c in text)
        {
            _ = c switch
            {
                '\\' => _text.Append("\\\\"),
                '"' => _text.Append("\\\""),
                '\n' => _text.Append("\\n"),
                _ => _text.Append(c),
            };
        }
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
