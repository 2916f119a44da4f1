using System.Numerics;

namespace Orleans.Inference.Aggregates;

/// <summary>The slow and simple truth about doubles: integers in units of 2^-1074, and one correct rounding at the end.</summary>
internal static class ExactRational
{
    /// <summary>The unit of <see cref="Scaled"/>: 2^1074 of them are one.</summary>
    public static readonly BigInteger One = BigInteger.One << 1074;

    /// <summary>A finite double times 2^1074, which is always an integer.</summary>
    public static BigInteger Scaled(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)(bits >> 52) & 0x7FF;
        var fraction = bits & 0xF_FFFF_FFFF_FFFF;
        var magnitude = exponent == 0 ? fraction : (BigInteger)(fraction | (1L << 52)) << (exponent - 1);
        return bits < 0 ? -magnitude : magnitude;
    }

    /// <summary>The double nearest to a fraction, half to even; infinity when it is too large.</summary>
    public static double Round(BigInteger numerator, BigInteger denominator)
    {
        if (numerator.IsZero)
        {
            return 0;
        }

        var magnitude = BigInteger.Abs(numerator);
        var exponent = Math.Max((int)(magnitude.GetBitLength() - denominator.GetBitLength()) - 53, -1074);
        var (quotient, rest, divisor) = Divide(magnitude, denominator, exponent);
        if (quotient.GetBitLength() > 53)
        {
            exponent++;
            (quotient, rest, divisor) = Divide(magnitude, denominator, exponent);
        }

        var half = (rest * 2).CompareTo(divisor);
        if (half > 0 || (half == 0 && !quotient.IsEven))
        {
            quotient++;
        }

        var rounded = Math.ScaleB((double)quotient, exponent);
        return numerator.Sign < 0 ? -rounded : rounded;
    }

    /// <summary>The correctly rounded sum.</summary>
    public static double Sum(IEnumerable<double> values) => Round(values.Aggregate(BigInteger.Zero, (sum, value) => sum + Scaled(value)), One);

    /// <summary>The correctly rounded mean.</summary>
    public static double Mean(IReadOnlyCollection<double> values) =>
        Round(values.Aggregate(BigInteger.Zero, (sum, value) => sum + Scaled(value)), One * values.Count);

    /// <summary>The correctly rounded variance of the population.</summary>
    public static double Variance(IReadOnlyCollection<double> values)
    {
        var sum = BigInteger.Zero;
        var squares = BigInteger.Zero;
        foreach (var value in values)
        {
            var scaled = Scaled(value);
            sum += scaled;
            squares += scaled * scaled;
        }

        return Round((values.Count * squares) - (sum * sum), One * One * values.Count * values.Count);
    }

    private static (BigInteger Quotient, BigInteger Remainder, BigInteger Divisor) Divide(BigInteger numerator, BigInteger denominator, int exponent)
    {
        var divisor = exponent > 0 ? denominator << exponent : denominator;
        var quotient = BigInteger.DivRem(exponent < 0 ? numerator << -exponent : numerator, divisor, out var rest);
        return (quotient, rest, divisor);
    }
}
