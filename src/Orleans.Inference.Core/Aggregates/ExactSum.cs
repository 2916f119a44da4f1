using System.Numerics;
using System.Runtime.CompilerServices;

namespace Orleans.Inference.Aggregates;

/// <summary>
/// A sum of doubles without rounding: adding and taking away again leaves no trace, in any order. The value is an integer times a power of two; 128 bits
/// in place hold most streams, and values too far apart move it to an array that grows as needed, as the accumulators of Kulisch do
/// (R. Neal, "Fast exact summation using small and large superaccumulators", 2015, measures their cost).
/// </summary>
/// <remarks>
/// Cost: a few ns an addition in place, some 10 ns in the array. Error of <see cref="ToDouble"/>: one correct rounding (half to even) of the exact
/// sum, so it is a function of the values held and of nothing else. Default is an empty sum.
/// </remarks>
public struct ExactSum
{
    // How far below the first value's last bit the last bit in place lies: room for smaller values without moving to the array.
    private const int Slack = 40;

    // How far the base moves below a value that lies under it, for those a little smaller still.
    private const int Margin = 8;

    private ulong _low;
    private long _high;
    private int _exponent;
    private WideSum? _wide;

    /// <summary>Adds a finite value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(double value) => AddSigned(value, negate: false);

    /// <summary>Takes a finite value away that was added before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Remove(double value) => AddSigned(value, negate: true);

    /// <summary>Adds the square of a finite value, exactly: no overflow and no underflow.</summary>
    public void AddSquare(double value) => AddSquareSigned(value, negate: false);

    /// <summary>Takes the square of a finite value away that was added before.</summary>
    public void RemoveSquare(double value) => AddSquareSigned(value, negate: true);

    /// <summary>The exact sum, rounded once.</summary>
    public readonly double ToDouble() =>
        _wide is null ? Binary.ToDouble((Int128)new UInt128((ulong)_high, _low), _exponent) : _wide.ToDouble();

    /// <summary>The double nearest to the sum, and the double nearest to what remains: together over 100 bits of it.</summary>
    internal readonly (double High, double Low) Split()
    {
        if (_wide is not null)
        {
            return _wide.Split();
        }

        var high = ToDouble();
        var rest = this;
        rest.Remove(high);
        return (high, rest.ToDouble());
    }

    /// <summary>The sum as an odd integer times two to a power, or two zeros: one form, whatever the way to the sum was.</summary>
    internal readonly (BigInteger Integer, int Exponent) ToInteger()
    {
        var (integer, exponent) = _wide is null ? ((BigInteger)(Int128)new UInt128((ulong)_high, _low), _exponent) : _wide.ToInteger();
        if (integer.IsZero)
        {
            return (integer, 0);
        }

        var zeros = (int)BigInteger.TrailingZeroCount(integer);
        return (integer >> zeros, exponent + zeros);
    }

    internal static ExactSum FromInteger(BigInteger integer, int exponent)
    {
        var sum = default(ExactSum);
        var magnitude = BigInteger.Abs(integer);
        if (magnitude.GetBitLength() <= 126)
        {
            sum.AddRare((UInt128)magnitude, exponent, integer.Sign < 0);
            return sum;
        }

        sum._wide = new WideSum();
        sum._wide.Add(integer, exponent);
        return sum;
    }

    /// <summary>A copy that can change without changing this one.</summary>
    internal readonly ExactSum Clone()
    {
        var copy = this;
        copy._wide = _wide?.Clone();
        return copy;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddSigned(double value, bool negate)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var biased = (int)(bits >> 52) & 0x7FF;
        var magnitude = (ulong)bits & 0xF_FFFF_FFFF_FFFF;
        var exponent = biased - 1075;
        var shift = exponent - _exponent;

        // The common case: a normal number whose bits fall inside the 128, with room for the carry.
        if (biased != 0 && _wide is null && (uint)(shift - 1) < 63 && (_high >> 62) is 0 or -1)
        {
            magnitude |= 1UL << 52;
            var low = magnitude << shift;
            var high = magnitude >> (64 - shift);
            if ((bits < 0) != negate)
            {
                var borrow = low > _low ? 1UL : 0UL;
                _low -= low;
                _high -= (long)(high + borrow);
            }
            else
            {
                _low += low;
                _high += (long)(high + (_low < low ? 1UL : 0UL));
            }

            return;
        }

        AddRare(biased == 0 ? magnitude : magnitude | (1UL << 52), biased == 0 ? -1074 : exponent, (bits < 0) != negate);
    }

    private void AddSquareSigned(double value, bool negate)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var biased = (int)(bits >> 52) & 0x7FF;
        var magnitude = ((ulong)bits & 0xF_FFFF_FFFF_FFFF) | (biased == 0 ? 0 : 1UL << 52);
        var exponent = biased == 0 ? -1074 : biased - 1075;
        AddRare((UInt128)magnitude * magnitude, 2 * exponent, negate);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AddRare(UInt128 magnitude, int exponent, bool negative)
    {
        if (magnitude == 0)
        {
            return;
        }

        if (_wide is null)
        {
            if (TryAddInPlace(magnitude, exponent, negative))
            {
                return;
            }

            _wide = new WideSum();
            _wide.Add((Int128)new UInt128((ulong)_high, _low), _exponent);
            (_low, _high, _exponent) = (0, 0, 0);
        }

        _wide.Add(magnitude, exponent, negative);
    }

    private bool TryAddInPlace(UInt128 magnitude, int exponent, bool negative)
    {
        var sum = (Int128)new UInt128((ulong)_high, _low);
        var zeros = (int)UInt128.TrailingZeroCount(magnitude);

        // A value stands with its own lowest bit, set or not, so that the common case takes its like; squares are too long for that and stand with
        // their lowest bit set.
        var isValue = magnitude <= ulong.MaxValue;
        if (sum == 0)
        {
            var lowest = isValue ? 0 : zeros;
            _exponent = exponent + lowest - Math.Min(Slack, ((int)UInt128.LeadingZeroCount(magnitude >> lowest) - 2) / 2);
        }
        else if (isValue && exponent <= _exponent)
        {
            sum = Lower(sum, _exponent - exponent + Margin, FreeBits(sum) / 2);
        }

        magnitude >>= zeros;
        exponent += zeros;
        var room = (int)UInt128.LeadingZeroCount(magnitude);
        if (exponent < _exponent)
        {
            sum = Lower(sum, _exponent - exponent, FreeBits(sum));
        }

        var shift = exponent - _exponent;
        if (shift < 0 || shift > room - 2)
        {
            return Store(sum, false);
        }

        var term = (Int128)(magnitude << shift);
        var total = negative ? sum - term : sum + term;
        var overflows = negative ? sum < 0 && total > 0 : sum > 0 && total < 0;
        return overflows ? Store(sum, false) : Store(total, true);
    }

    /// <summary>Moves the base down by some bits if there is that much room above; the sum on the new base.</summary>
    private Int128 Lower(Int128 sum, int bits, int room)
    {
        if (bits > room)
        {
            return sum;
        }

        _exponent -= bits;
        return sum << bits;
    }

    private static int FreeBits(Int128 sum) => (int)Int128.LeadingZeroCount(sum < 0 ? ~sum : sum) - 2;

    private bool Store(Int128 sum, bool added)
    {
        var bits = (UInt128)sum;
        _low = (ulong)bits;
        _high = (long)(ulong)(bits >> 64);
        return added;
    }
}
