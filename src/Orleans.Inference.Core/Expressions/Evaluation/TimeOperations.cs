using Orleans.Inference.Events;

namespace Orleans.Inference.Expressions.Evaluation;

/// <summary>What compiled expressions do with timestamps: UTC ticks, or <see cref="Missing"/>.</summary>
internal static class TimeOperations
{
    public const long Missing = long.MinValue;

    public static long Field(EventBatch batch, int field, int row)
    {
        var column = batch.Columns[field];
        return column.Missing[row] ? Missing : column.Integers[row];
    }

    public static long Coalesce(long first, long second) => first != Missing ? first : second;

    public static bool Has(long ticks) => ticks != Missing;

    /// <summary>Seconds from the second to the first; NaN when either is missing.</summary>
    public static double Difference(long left, long right) =>
        left == Missing || right == Missing ? double.NaN : (left - right) / (double)TimeSpan.TicksPerSecond;

    public static double Hour(long ticks) => TryGet(ticks, out var time) ? time.Hour : double.NaN;

    public static double Minute(long ticks) => TryGet(ticks, out var time) ? time.Minute : double.NaN;

    public static double Day(long ticks) => TryGet(ticks, out var time) ? time.Day : double.NaN;

    public static double Month(long ticks) => TryGet(ticks, out var time) ? time.Month : double.NaN;

    /// <summary>Monday is 1, Sunday is 7.</summary>
    public static double Weekday(long ticks) =>
        TryGet(ticks, out var time) ? (((int)time.DayOfWeek + 6) % 7) + 1 : double.NaN;

    private static bool TryGet(long ticks, out DateTime time)
    {
        var valid = ticks >= 0 && ticks <= DateTime.MaxValue.Ticks;
        time = valid ? new DateTime(ticks, DateTimeKind.Utc) : default;
        return valid;
    }
}
