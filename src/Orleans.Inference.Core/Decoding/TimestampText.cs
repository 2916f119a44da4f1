using System.Buffers.Text;
using Orleans.Inference.Fields;

namespace Orleans.Inference.Decoding;

/// <summary>Reads timestamps from UTF-8 into UTC ticks.</summary>
public static class TimestampText
{
    private static readonly long Earliest = DateTime.UnixEpoch.Ticks;
    private static readonly long Latest = new DateTime(2200, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

    /// <summary>Whether a time lies in 1970..2200, end excluded.</summary>
    public static bool IsInRange(long ticks) => ticks >= Earliest && ticks < Latest;

    /// <summary>
    /// Reads ISO 8601 <c>yyyy-MM-dd</c>, <c>T</c> or a space, <c>HH:mm[:ss[.fffffff]]</c>, then <c>Z</c>, an offset (<c>+hh</c>, <c>+hhmm</c>, <c>+hh:mm</c>) or nothing (UTC).
    /// </summary>
    public static bool TryIso(ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = 0;
        if (text.Length < 16 || text[4] != '-' || text[7] != '-' || text[10] is not ((byte)'T' or (byte)'t' or (byte)' ') || text[13] != ':'
            || !Two(text, 0, out var century) || !Two(text, 2, out var year) || !Two(text, 5, out var month) || !Two(text, 8, out var day)
            || !Two(text, 11, out var hour) || !Two(text, 14, out var minute))
        {
            return false;
        }

        year += century * 100;
        if (year == 0 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59)
        {
            return false;
        }

        var rest = text[16..];
        var second = 0;
        var fraction = 0L;
        if (rest.Length > 0 && rest[0] == ':')
        {
            if (rest.Length < 3 || !Two(rest, 1, out second) || second > 59)
            {
                return false;
            }

            rest = rest[3..];
            if (!TryFraction(ref rest, out fraction))
            {
                return false;
            }
        }

        if (!TryOffset(rest, out var offset))
        {
            return false;
        }

        ticks = (DaysSinceYearOne(year, month, day) * TimeSpan.TicksPerDay)
            + (hour * TimeSpan.TicksPerHour) + (minute * TimeSpan.TicksPerMinute) + (second * TimeSpan.TicksPerSecond)
            + fraction - offset;
        return true;
    }

    /// <summary>Reads a number of units since the Unix epoch, fractions allowed. A number out of reach becomes a time out of range.</summary>
    public static bool TryNumber(ReadOnlySpan<byte> text, TimestampUnit unit, out long ticks)
    {
        var scale = unit switch
        {
            TimestampUnit.Seconds => TimeSpan.TicksPerSecond,
            TimestampUnit.Milliseconds => TimeSpan.TicksPerMillisecond,
            _ => TimeSpan.TicksPerMicrosecond,
        };
        if (Utf8Parser.TryParse(text, out long whole, out var consumed) && consumed == text.Length && text.Length > 0)
        {
            ticks = Math.Abs(whole / 2) < long.MaxValue / 2 / scale ? Earliest + (whole * scale) : long.MaxValue;
            return true;
        }

        ticks = long.MaxValue;
        if (!NumberText.TryDouble(text, out var number))
        {
            return false;
        }

        if (Math.Abs(number) < 1e17 / scale && Utf8Parser.TryParse(text, out decimal exact, out consumed) && consumed == text.Length)
        {
            ticks = Earliest + (long)(exact * scale);
        }
        else if (Math.Abs(number) < 1e17 / scale)
        {
            ticks = Earliest + (long)(number * scale);
        }

        return !double.IsNaN(number);
    }

    /// <summary>Days from 0001-01-01 in the proleptic Gregorian calendar.</summary>
    private static long DaysSinceYearOne(int year, int month, int day)
    {
        // Years start in March, so that the leap day is the last day of a year.
        var y = month > 2 ? year : year - 1;
        var m = month > 2 ? month - 3 : month + 9;
        return (365L * y) + (y / 4) - (y / 100) + (y / 400) + (((153 * m) + 2) / 5) + day - 307;
    }

    private static bool TryFraction(ref ReadOnlySpan<byte> rest, out long fraction)
    {
        fraction = 0;
        if (rest.IsEmpty || rest[0] != '.')
        {
            return true;
        }

        var digits = 1;
        for (; digits < rest.Length && char.IsAsciiDigit((char)rest[digits]); digits++)
        {
            fraction = (fraction * 10) + (rest[digits] - '0');
            if (digits > 7)
            {
                return false;
            }
        }

        for (var i = digits; i <= 7; i++)
        {
            fraction *= 10;
        }

        rest = rest[digits..];
        return digits > 1;
    }

    private static bool TryOffset(ReadOnlySpan<byte> rest, out long offset)
    {
        offset = 0;
        if (rest.IsEmpty || (rest.Length == 1 && rest[0] is (byte)'Z' or (byte)'z'))
        {
            return true;
        }

        if (rest[0] is not ((byte)'+' or (byte)'-') || rest.Length < 3 || !Two(rest, 1, out var hours))
        {
            return false;
        }

        var minutes = 0;
        var tail = rest[3..];
        if (!tail.IsEmpty && tail[0] == ':')
        {
            tail = tail[1..];
            if (tail.IsEmpty)
            {
                return false;
            }
        }

        if (!tail.IsEmpty && (tail.Length != 2 || !Two(tail, 0, out minutes)))
        {
            return false;
        }

        if (hours > 14 || minutes > 59)
        {
            return false;
        }

        offset = (hours * TimeSpan.TicksPerHour) + (minutes * TimeSpan.TicksPerMinute);
        offset = rest[0] == '-' ? -offset : offset;
        return true;
    }

    private static bool Two(ReadOnlySpan<byte> text, int at, out int value)
    {
        var tens = text[at] - '0';
        var ones = text[at + 1] - '0';
        value = (tens * 10) + ones;
        return (uint)tens <= 9 && (uint)ones <= 9;
    }
}
