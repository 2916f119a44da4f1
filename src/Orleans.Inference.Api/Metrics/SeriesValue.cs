namespace Orleans.Inference.Api.Metrics;

/// <summary>One tag set's running value. Any thread may add; readers may see a moment between two adds of one record.</summary>
internal sealed class SeriesValue(KeyValuePair<string, object?>[] tags, double[]? bounds)
{
    private readonly long[] _buckets = bounds is null ? [] : new long[bounds.Length + 1];
    private double _sum;

    public KeyValuePair<string, object?>[] Tags { get; } = tags;

    /// <summary>The sum of what was added; of a gauge, the last value.</summary>
    public double Sum => Volatile.Read(ref _sum);

    /// <summary>Records that fell into a bucket; the last is above all bounds.</summary>
    public long BucketAt(int index) => Volatile.Read(ref _buckets[index]);

    public void Set(double value) => Volatile.Write(ref _sum, value);

    public void Add(double value)
    {
        if (bounds is not null)
        {
            Interlocked.Increment(ref _buckets[BucketOf(value)]);
        }

        var seen = Volatile.Read(ref _sum);
        while (true)
        {
            var before = Interlocked.CompareExchange(ref _sum, seen + value, seen);
            if (before.Equals(seen))
            {
                return;
            }

            seen = before;
        }
    }

    // Bounds are inclusive from above, as Prometheus has them: le means less or equal.
    private int BucketOf(double value)
    {
        var place = Array.BinarySearch(bounds!, value);
        return place >= 0 ? place : ~place;
    }
}
