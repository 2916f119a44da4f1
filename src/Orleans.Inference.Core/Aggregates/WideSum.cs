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
        var shift = exponent & 63;
        Span<ulong> words =
        [
            (ulong)(magnitude << shift),
            (ulong)((magnitude << shift) >> 64),
            shift == 0 ? 0 : (ulong)(magnitude >> (128 - shift)),
        ];
        Reserve(limb, limb + words.Length + 1);
        var at = limb - _base;
        var carry = 0UL;
        for (var i = at; i < _limbs.Length && (i < at + words.Length || carry != 0); i++)
        {
            var word = i < at + words.Length ? words[i - at] : 0;
            var before = _limbs[i];
            if (negative)
            {
                var difference = before - word - carry;
                carry = before < word || (carry != 0 && before == word) ? 1UL : 0UL;
                _limbs[i] = difference;
            }
            else
            {
                var total = before + word + carry;
                carry = total < before || (carry != 0 && total == before) ? 1UL : 0UL;
                _limbs[i] = total;
            }
        }
    }

    public double ToDouble()
    {
        // Trim to the limbs that matter; five of them would do, but extremes are rare enough for the general way.
        var (integer, exponent) = ToInteger();
        return Binary.ToDouble(integer, exponent);
    }

    public (BigInteger Integer, int Exponent) ToInteger()
    {
        if (_limbs.Length == 0)
        {
            return (BigInteger.Zero, 0);
        }

        return (new BigInteger(System.Runtime.InteropServices.MemoryMarshal.AsBytes<ulong>(_limbs)), _base * 64);
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
