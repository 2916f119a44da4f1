using System.Globalization;

namespace Orleans.Inference.Api.Requests;

/// <summary>Durations as pipeline files write them: <c>500ms 30s 5m 1h 7d</c>.</summary>
internal static class DurationText
{
    private static readonly (string Unit, long Ticks)[] Units =
    [
        ("d", TimeSpan.TicksPerDay),
        ("h", TimeSpan.TicksPerHour),
        ("m", TimeSpan.TicksPerMinute),
        ("s", TimeSpan.TicksPerSecond),
        ("ms", TimeSpan.TicksPerMillisecond),
    ];

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        if (digits <= 0 || !int.TryParse(text.AsSpan(0, digits), NumberStyles.None, null, out var count))
        {
            return false;
        }

        foreach (var (unit, ticks) in Units)
        {
            if (text.AsSpan(digits).SequenceEqual(unit))
            {
                duration = TimeSpan.FromTicks(ticks * count);
                return true;
            }
        }

        return false;
    }

    /// <summary>The shortest whole number of the largest unit that fits; <c>0s</c> for zero.</summary>
    public static string Format(TimeSpan duration)
    {
        foreach (var (unit, ticks) in Units)
        {
            if (duration.Ticks >= ticks && duration.Ticks % ticks == 0)
            {
                return (duration.Ticks / ticks) + unit;
            }
        }

        return duration.Ticks == 0 ? "0s" : (duration.Ticks / TimeSpan.TicksPerMillisecond) + "ms";
    }
}
