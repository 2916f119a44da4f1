using System.Numerics;

namespace Orleans.Inference.Aggregates;

/// <summary>Rounding of integers times powers of two to double, half to even.</summary>
internal static class Binary
{
    /// <summary>The double nearest to integer x 2^exponent; infinity when it is too large.</summary>
    public static double ToDouble(Int128 integer, int exponent)
    {
        var magnitude = integer < 0 ? (UInt128)(-integer) : (UInt128)integer;
        var high = (ulong)(magnitude >> 64);
        double rounded;
        if (high == 0)
        {
            rounded = Round((ulong)magnitude, sticky: false, exponent);
        }
        else
        {
            var shift = 64 - BitOperations.LeadingZeroCount(high);
            var rest = magnitude & ((UInt128.One << shift) - 1);
            rounded = Round((ulong)(magnitude >> shift), rest != 0, exponent + shift);
        }

        return integer < 0 ? -rounded : rounded;
    }

    /// <summary>The double nearest to integer x 2^exponent; infinity when it is too large.</summary>
    public static double ToDouble(BigInteger integer, int exponent)
    {
        var magnitude = BigInteger.Abs(integer);
        var shift = (int)Math.Max(0, magnitude.GetBitLength() - 64);
        var top = magnitude >> shift;
        var rounded = Round((ulong)top, (top << shift) != magnitude, exponent + shift);
        return integer.Sign < 0 ? -rounded : rounded;
    }

    /// <summary>Rounds up to 64 bits, below which <paramref name="sticky"/> tells of further ones, to 53 or fewer for subnormal results.</summary>
    public static double Round(ulong magnitude, bool sticky, int exponent)
    {
        if (magnitude == 0)
        {
            return 0;
        }

        var length = 64 - BitOperations.LeadingZeroCount(magnitude);
        var excess = Math.Max(length - 53, -1074 - exponent);
        if (excess > 0)
        {
            if (excess > 64)
            {
                return 0;
            }

            var kept = excess == 64 ? 0 : magnitude >> excess;
            var half = 1UL << (excess - 1);
            var rest = magnitude & (half | (half - 1));
            if (rest > half || (rest == half && (sticky || (kept & 1) != 0)))
            {
                kept++;
            }

            magnitude = kept;
            exponent += excess;
        }

        return Math.ScaleB(magnitude, exponent);
    }
}
