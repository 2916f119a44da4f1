using System.Buffers.Text;

namespace Orleans.Inference.Decoding;

/// <summary>Reads numbers from UTF-8.</summary>
internal static class NumberText
{
    private static readonly double[] PowersOfTen =
    [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    ];

    /// <summary>
    /// Reads a whole text as a double, correctly rounded; a number too large is infinite. Short decimals take the exact path of W. Clinger, "How to read floating point
    /// numbers accurately" (1990): both mantissa and power of ten are exact, so one division rounds once.
    /// </summary>
    public static bool TryDouble(ReadOnlySpan<byte> text, out double value)
    {
        var negative = text.Length > 0 && text[0] == '-';
        var mantissa = 0L;
        var digits = 0;
        var point = -1;
        var i = negative ? 1 : 0;
        for (; i < text.Length; i++)
        {
            var digit = (uint)(text[i] - '0');
            if (digit <= 9)
            {
                mantissa = (mantissa * 10) + digit;
                digits++;
            }
            else if (text[i] == '.' && point < 0)
            {
                point = digits;
            }
            else
            {
                break;
            }
        }

        if (i == text.Length && digits is > 0 and <= 15 && point != 0 && point != digits)
        {
            value = point < 0 ? mantissa : mantissa / PowersOfTen[digits - point];
            value = negative ? -value : value;
            return true;
        }

        return Utf8Parser.TryParse(text, out value, out var consumed) && consumed == text.Length && text.Length > 0;
    }

    /// <summary>Reads a whole text as a long. False also when it does not fit or is not whole; <paramref name="isNumber"/> tells the difference.</summary>
    public static bool TryInteger(ReadOnlySpan<byte> text, out long value, out bool isNumber)
    {
        if (Utf8Parser.TryParse(text, out value, out var consumed) && consumed == text.Length && text.Length > 0)
        {
            isNumber = true;
            return true;
        }

        isNumber = TryDouble(text, out var number);
        if (isNumber && double.IsInteger(number) && Math.Abs(number) < 9e15)
        {
            value = (long)number;
            return true;
        }

        return false;
    }
}
