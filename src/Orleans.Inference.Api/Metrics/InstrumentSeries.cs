using System.Diagnostics.Metrics;

namespace Orleans.Inference.Api.Metrics;

/// <summary>
/// All series of one instrument. Recording finds its series by a scan over few tag sets, whose values are mostly the very same objects, and
/// allocates only for a tag set that is new.
/// </summary>
internal sealed class InstrumentSeries(Instrument instrument)
{
    private readonly double[]? _bounds = instrument switch
    {
        Histogram<double> histogram => [.. histogram.Advice?.HistogramBucketBoundaries ?? []],
        Histogram<long> histogram => [.. histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound) ?? []],
        _ => null,
    };

    private readonly Lock _gate = new();

    // Replaced whole under the gate; read by recorders without it.
    private volatile SeriesValue[] _series = [];

    public Instrument Instrument => instrument;

    public IReadOnlyList<double>? Bounds => _bounds;

    public IReadOnlyList<SeriesValue> Series => _series;

    public bool IsGauge => instrument.IsObservable;

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = Find(_series, tags) ?? Add(tags);
        if (IsGauge)
        {
            series.Set(value);
        }
        else
        {
            series.Add(value);
        }
    }

    /// <summary>Forgets a gauge's series before it is asked again, so that what is gone does not stay.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _series = [];
        }
    }

    private SeriesValue Add(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate)
        {
            var series = Find(_series, tags);
            if (series is null)
            {
                series = new SeriesValue(tags.ToArray(), _bounds);
                _series = [.. _series, series];
            }

            return series;
        }
    }

    private static SeriesValue? Find(SeriesValue[] all, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var series in all)
        {
            if (IsSame(series.Tags, tags))
            {
                return series;
            }
        }

        return null;
    }

    private static bool IsSame(KeyValuePair<string, object?>[] left, ReadOnlySpan<KeyValuePair<string, object?>> right)
    {
        if (left.Length != right.Length)
        {
            return false;
        }

        // From the end: the first tag, the pipeline, is what series share.
        for (var i = left.Length - 1; i >= 0; i--)
        {
            if (!ReferenceEquals(left[i].Value, right[i].Value) && !Equals(left[i].Value, right[i].Value))
            {
                return false;
            }

            if (!string.Equals(left[i].Key, right[i].Key, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }
}
