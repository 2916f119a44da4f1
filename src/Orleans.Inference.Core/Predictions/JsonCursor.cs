using System.Text.Encodings.Web;

namespace Orleans.Inference.Predictions;

/// <summary>Appends pieces of JSON to a span that is large enough: what a prediction needs and no more.</summary>
internal ref struct JsonCursor(Span<byte> target)
{
    /// <summary>A byte of text takes at most this many when escaped: <c>\u0000</c>.</summary>
    public const int MaxEscaped = 6;

    private readonly Span<byte> _target = target;

    public int Length { get; private set; }

    public void Raw(ReadOnlySpan<byte> json)
    {
        json.CopyTo(_target[Length..]);
        Length += json.Length;
    }

    /// <summary>A string, escaped as System.Text.Json does by default.</summary>
    public void Text(ReadOnlySpan<byte> text)
    {
        Raw("\""u8);
        if (JavaScriptEncoder.Default.FindFirstCharacterToEncodeUtf8(text) < 0)
        {
            Raw(text);
        }
        else
        {
            JavaScriptEncoder.Default.EncodeUtf8(text, _target[Length..], out _, out var written);
            Length += written;
        }

        Raw("\""u8);
    }

    public void Number(long value)
    {
        value.TryFormat(_target[Length..], out var written);
        Length += written;
    }

    /// <summary>A number, or null when it is not finite.</summary>
    public void Number(float value)
    {
        if (float.IsFinite(value))
        {
            Length += FloatText.Format(value, _target[Length..]);
        }
        else
        {
            Raw("null"u8);
        }
    }

    public void Time(long ticks)
    {
        Raw("\""u8);
        Length += EventTimeText.Format(ticks, _target[Length..]);
        Raw("\""u8);
    }

    /// <summary>A span of time in milliseconds with at most three fraction digits.</summary>
    public void Milliseconds(long ticks)
    {
        var microseconds = (long)Math.Round(ticks / (double)TimeSpan.TicksPerMicrosecond);
        if (microseconds < 0)
        {
            Raw("-"u8);
            microseconds = -microseconds;
        }

        Number(microseconds / 1000);
        var fraction = microseconds % 1000;
        if (fraction > 0)
        {
            Raw("."u8);
            for (var unit = 100; fraction > 0; fraction %= unit, unit /= 10)
            {
                _target[Length++] = (byte)('0' + (fraction / unit));
            }
        }
    }
}
