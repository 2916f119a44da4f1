using System.Globalization;

namespace Orleans.Inference.Pipelines;

/// <summary>Durations as pipeline files and the program's options write them: a whole number and a unit, <c>500ms 30s 5m 1h 7d</c>.</summary>
public static class DurationText
{
    /// <summary>A hundred years: beyond it nothing is meant, and sums of two stay far from overflow.</summary>
    public static readonly TimeSpan Max = TimeSpan.FromDays(36_500);

    /// <summary>What a message says is allowed.</summary>
    public const string Allowed = "a whole number and a unit, such as 500ms, 30s, 5m, 1h or 7d, at most 36500d";

    /// <summary>Reads a duration from 0 to <see cref="Max"/>.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var digits = 0;
        while (digits < text.Length && char.IsAsciiDigit(text[digits]))
        {
            digits++;
        }

        long ticks = text[digits..] switch
        {
            "ms" => TimeSpan.TicksPerMillisecond,
            "s" => TimeSpan.TicksPerSecond,
            "m" => TimeSpan.TicksPerMinute,
            "h" => TimeSpan.TicksPerHour,
            "d" => TimeSpan.TicksPerDay,
            _ => 0,
        };
        if (ticks == 0
            || !long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || count > Max.Ticks / ticks)
        {
            return false;
        }

        duration = new TimeSpan(count * ticks);
        return true;
    }

    /// <summary>The shortest whole number of the largest unit that fits; <c>0s</c> for zero.</summary>
    public static string Format(TimeSpan duration)
    {
        ReadOnlySpan<(string Unit, long Ticks)> units =
        [
            ("d", TimeSpan.TicksPerDay),
            ("h", TimeSpan.TicksPerHour),
            ("m", TimeSpan.TicksPerMinute),
            ("s", TimeSpan.TicksPerSecond),
        ];
        foreach (var (unit, ticks) in units)
        {
            if (duration.Ticks >= ticks && duration.Ticks % ticks == 0)
            {
                return (duration.Ticks / ticks) + unit;
            }
        }

        return duration.Ticks == 0 ? "0s" : (duration.Ticks / TimeSpan.TicksPerMillisecond) + "ms";
    }
}
