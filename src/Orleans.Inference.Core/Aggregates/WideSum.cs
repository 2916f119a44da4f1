using System.Numerics;

namespace Orleans.Inference.Aggregates;

/// <summary>
/// An integer in two's complement times 2^(64 x base), in as many 64-bit limbs as its values have needed. The array form of <see cref="ExactSum"/>.
/// </summary>
internal sealed class WideSum
{
    private ulong[] _limbs = [];
    private int _base;

    public WideSum Clone() => new() { _limbs = [.. _limbs], _base = _base };

    public void Add(Int128 integer, int exponent) => Add(integer < 0 ? (UInt128)(-integer) : (UInt128)integer, exponent, integer < 0);

    public void Add(BigInteger integer, int exponent)
    {
        var negative = integer.Sign < 0;
        for (var rest = BigInteger.Abs(integer); !rest.IsZero; rest >>= 64, exponent += 64)
        {
            Add((ulong)(rest & ulong.MaxValue), exponent, negative);
        }
    }

    /// <summary>Adds magnitude x 2^exponent, or takes it away.</summary>
    public void Add(UInt128 magnitude, int exponent, bool negative)
    {
        if (magnitude == 0)
        {
            return;
        }

        var limb = exponent >> 6;
        Reserve(limb, limb + 4);
        Accumulate(_limbs.AsSpan(limb - _base), magnitude, exponent & 63, negative);
    }

    public double ToDouble()
    {
        Span<ulong> limbs = stackalloc ulong[_limbs.Length];
        _limbs.CopyTo(limbs);
        return Round(limbs);
    }

    /// <summary>The double nearest to the sum, and the double nearest to what remains. About 30 ns; allocates nothing.</summary>
    public (double High, double Low) Split()
    {
        var high = ToDouble();
        if (!double.IsFinite(high) || high == 0)
        {
            return (high, 0);
        }

        // Rounding keeps to multiples of the sum's own unit, so once stripped of zeros the high part lies within the limbs.
        var bits = BitConverter.DoubleToUInt64Bits(Math.Abs(high));
        var exponent = (int)(bits >> 52);
        var mantissa = (bits & 0xF_FFFF_FFFF_FFFF) | (exponent == 0 ? 0 : 1UL << 52);
        var zeros = BitOperations.TrailingZeroCount(mantissa);
        var place = Math.Max(exponent, 1) - 1075 + zeros - (_base * 64);
        Span<ulong> rest = stackalloc ulong[_limbs.Length];
        _limbs.CopyTo(rest);
        Accumulate(rest[(place >> 6)..], mantissa >> zeros, place & 63, negative: high > 0);
        return (high, Round(rest));
    }

    public (BigInteger Integer, int Exponent) ToInteger()
    {
        if (_limbs.Length == 0)
        {
            return (BigInteger.Zero, 0);
        }

        return (new BigInteger(System.Runtime.InteropServices.MemoryMarshal.AsBytes<ulong>(_limbs)), _base * 64);
    }

    /// <summary>Adds magnitude x 2^shift (0 to 63) to limbs in two's complement, or takes it away.</summary>
    private static void Accumulate(Span<ulong> limbs, UInt128 magnitude, int shift, bool negative)
    {
        Span<ulong> words =
        [
            (ulong)(magnitude << shift),
            (ulong)((magnitude << shift) >> 64),
            shift == 0 ? 0 : (ulong)(magnitude >> (128 - shift)),
        ];
        var carry = 0UL;
        for (var i = 0; i < limbs.Length && (i < words.Length || carry != 0); i++)
        {
            var word = i < words.Length ? words[i] : 0;
            var before = limbs[i];
            if (negative)
            {
                limbs[i] = before - word - carry;
                carry = before < word || (carry != 0 && before == word) ? 1UL : 0UL;
            }
            else
            {
                var total = before + word + carry;
                carry = total < before || (carry != 0 && total == before) ? 1UL : 0UL;
                limbs[i] = total;
            }
        }
    }

    /// <summary>The double nearest to limbs on this sum's base; uses them up.</summary>
    private double Round(Span<ulong> limbs)
    {
        var negative = limbs.Length > 0 && (long)limbs[^1] < 0;
        if (negative)
        {
            // The magnitude: the complement plus one, whose carry runs through the limbs that are zero.
            var carry = 1UL;
            foreach (ref var limb in limbs)
            {
                limb = ~limb + carry;
                carry = limb == 0 ? carry : 0;
            }
        }

        var top = limbs.LastIndexOfAnyExcept(0UL);
        if (top < 0)
        {
            return 0;
        }

        // The 64 bits from the first that is set, and whether any below them is.
        var zeros = BitOperations.LeadingZeroCount(limbs[top]);
        var next = top > 0 ? limbs[top - 1] : 0;
        var bits = zeros == 0 ? limbs[top] : (limbs[top] << zeros) | (next >> (64 - zeros));
        var sticky = (zeros == 0 ? next : next << zeros) != 0 || (top > 1 && limbs[..(top - 1)].ContainsAnyExcept(0UL));
        var rounded = Binary.Round(bits, sticky, ((_base + top) * 64) - zeros);
        return negative ? -rounded : rounded;
    }

    /// <summary>Makes room for limbs [low, high), and one more for the sign whenever the top limb fills.</summary>
    private void Reserve(int low, int high)
    {
        var end = _base + _limbs.Length;
        if (_limbs.Length == 0)
        {
            (_limbs, _base) = (new ulong[high - low], low);
            return;
        }

        // The top limb holds only sign while its two highest bits agree; otherwise the next carry could reach the sign.
        var top = _limbs[^1];
        var wanted = (top >> 62) is 0 or 3 ? Math.Max(end, high) : Math.Max(end + 1, high);
        if (low >= _base && wanted == end)
        {
            return;
        }

        var first = Math.Min(low, _base);
        var grown = new ulong[wanted - first];
        _limbs.CopyTo(grown, _base - first);
        if ((long)top < 0)
        {
            grown.AsSpan(end - first).Fill(ulong.MaxValue);
        }

        (_limbs, _base) = (grown, first);
    }
}
