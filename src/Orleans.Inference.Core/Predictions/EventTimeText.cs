namespace Orleans.Inference.Predictions;

/// <summary>Shows a time as ISO 8601 UTC with <c>Z</c> and no more fraction digits than it has: <c>2026-01-01T00:00:00Z</c>.</summary>
public static class EventTimeText
{
    /// <summary>Longest text in bytes: seven fraction digits.</summary>
    public const int MaxLength = 28;

    /// <summary>Writes UTC ticks as text and returns its length; <paramref name="target"/> holds at least <see cref="MaxLength"/> bytes.</summary>
    public static int Format(long ticks, Span<byte> target)
    {
        var time = new DateTime(ticks, DateTimeKind.Utc);
        var fraction = (int)(ticks % TimeSpan.TicksPerSecond);
        TwoDigits(target, time.Year / 100);
        TwoDigits(target[2..], time.Year % 100);
        target[4] = (byte)'-';
        TwoDigits(target[5..], time.Month);
        target[7] = (byte)'-';
        TwoDigits(target[8..], time.Day);
        target[10] = (byte)'T';
        TwoDigits(target[11..], time.Hour);
        target[13] = (byte)':';
        TwoDigits(target[14..], time.Minute);
        target[16] = (byte)':';
        TwoDigits(target[17..], time.Second);
        var length = 19;
        if (fraction != 0)
        {
            target[length++] = (byte)'.';
            for (var unit = 1_000_000; fraction != 0; unit /= 10)
            {
                target[length++] = (byte)('0' + (fraction / unit));
                fraction %= unit;
            }
        }

        target[length++] = (byte)'Z';
        return length;
    }

    /// <summary>The text of UTC ticks.</summary>
    public static string Format(long ticks)
    {
        Span<byte> text = stackalloc byte[MaxLength];
        return System.Text.Encoding.ASCII.GetString(text[..Format(ticks, text)]);
    }

    private static void TwoDigits(Span<byte> target, int value)
    {
        target[0] = (byte)('0' + (value / 10));
        target[1] = (byte)('0' + (value % 10));
    }
}
