namespace Orleans.Inference.Streams.Kafka;

/// <summary>Decides which of many failures in a row is logged: the first, then every hundredth; and that the recovery is, once. Any thread.</summary>
internal sealed class RepeatedFailure
{
    private long _count;

    public long Count => Interlocked.Read(ref _count);

    /// <summary>Counts a failure; true when it is to be logged.</summary>
    public bool Failed() => (Interlocked.Increment(ref _count) - 1) % 100 == 0;

    /// <summary>True, once, after failures.</summary>
    public bool Recovered(out long failures)
    {
        failures = Volatile.Read(ref _count) == 0 ? 0 : Interlocked.Exchange(ref _count, 0);
        return failures > 0;
    }
}
