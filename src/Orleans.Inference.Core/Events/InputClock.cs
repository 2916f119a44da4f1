namespace Orleans.Inference.Events;

/// <summary>An input's clock: the largest event time accepted on it. It alone says what is late there.</summary>
public struct InputClock(long lateness)
{
    private readonly long _lateness = lateness;

    /// <summary>UTC ticks; long.MinValue before the first event.</summary>
    public long Time { get; private set; } = long.MinValue;

    /// <summary>The smallest event time that is not late now.</summary>
    public readonly long Limit => Time == long.MinValue ? long.MinValue : Time - _lateness;

    /// <summary>Takes an event of that time; false when it is late, which leaves the clock as it was.</summary>
    public bool TryAccept(long eventTime)
    {
        if (eventTime < Limit)
        {
            return false;
        }

        Time = Math.Max(Time, eventTime);
        return true;
    }

    /// <summary>Puts the clock where a checkpoint left it.</summary>
    public void Restore(long time) => Time = time;
}
