namespace Orleans.Inference.Serving.Figures;

/// <summary>
/// Counts and latencies of the last seconds, for live figures: a ring of one-second histograms whose buckets grow by a quarter of a power of two, so a quantile is right to
/// 19%. Any thread.
/// </summary>
public sealed class LatencyWindow(TimeProvider time)
{
    private const int Seconds = 8;
    private const int Buckets = 160;

    private readonly Lock _gate = new();
    private readonly long[] _second = new long[Seconds];
    private readonly int[][] _counts = [.. Enumerable.Range(0, Seconds).Select(_ => new int[Buckets])];

    public void Record(ReadOnlySpan<long> latencyTicks)
    {
        lock (_gate)
        {
            var slot = Slot(Now());
            foreach (var ticks in latencyTicks)
            {
                _counts[slot][BucketOf(ticks)]++;
            }
        }
    }

    /// <summary>Events a second, and quantiles in milliseconds, over the last five full seconds.</summary>
    public (double PerSecond, double P50, double P99) Read()
    {
        var total = new long[Buckets];
        lock (_gate)
        {
            var now = Now();
            for (var slot = 0; slot < Seconds; slot++)
            {
                if (now - _second[slot] is >= 1 and <= 5)
                {
                    for (var bucket = 0; bucket < Buckets; bucket++)
                    {
                        total[bucket] += _counts[slot][bucket];
                    }
                }
            }
        }

        var events = total.Sum();
        return (events / 5.0, Quantile(total, events, 0.5), Quantile(total, events, 0.99));
    }

    private long Now() => time.GetUtcNow().UtcTicks / TimeSpan.TicksPerSecond;

    private int Slot(long second)
    {
        var slot = (int)(second % Seconds);
        if (_second[slot] != second)
        {
            _second[slot] = second;
            Array.Clear(_counts[slot]);
        }

        return slot;
    }

    private static int BucketOf(long ticks) =>
        ticks <= 1 ? 0 : Math.Min(Buckets - 1, (int)(Math.Log2(ticks) * 4));

    private static double Quantile(long[] counts, long events, double quantile)
    {
        if (events == 0)
        {
            return double.NaN;
        }

        var rank = (long)Math.Ceiling(events * quantile);
        var bucket = 0;
        for (var seen = counts[0]; seen < rank; seen += counts[++bucket])
        {
        }

        return Math.Pow(2, (bucket + 0.5) / 4) / TimeSpan.TicksPerMillisecond;
    }
}
