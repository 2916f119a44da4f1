using System.Numerics;

namespace Orleans.Inference.Aggregates;

/// <summary>Moments from exact sums.</summary>
internal static class Moments
{
    /// <summary>
    /// Variance of the population: (n Q - S^2) / n^2 for n values with sum S and sum of squares Q. In double-double arithmetic while at least 40 bits of the
    /// difference survive cancellation, else in integers; either way the relative error is below 2^-40, and equal values give exactly 0.
    /// </summary>
    public static double Variance(long count, ExactSum sum, ExactSum squares)
    {
        if (count == 1)
        {
            return 0;
        }

        var (squareHigh, squareLow) = squares.Split();
        var (sumHigh, sumLow) = sum.Split();
        var scaled = (double)count * squareHigh;
        var scaledError = Math.FusedMultiplyAdd(count, squareHigh, -scaled) + (count * squareLow);
        var product = sumHigh * sumHigh;
        var productError = Math.FusedMultiplyAdd(sumHigh, sumHigh, -product) + (2 * sumHigh * sumLow);
        var difference = (scaled - product) + (scaledError - productError);
        if (double.IsFinite(difference) && difference > scaled * 1e-12 && product is 0 or > 1e-200)
        {
            return difference / count / count;
        }

        return ExactVariance(count, sum, squares);
    }

    private static double ExactVariance(long count, ExactSum sum, ExactSum squares)
    {
        var (s, sumExponent) = sum.ToInteger();
        var (q, squareExponent) = squares.ToInteger();
        var low = Math.Min(2 * sumExponent, squareExponent);
        var numerator = ((count * q) << (squareExponent - low)) - ((s * s) << ((2 * sumExponent) - low));

        // 64 more bits than the divisor has keep the quotient's error below one rounding.
        var divisor = (BigInteger)count * count;
        return numerator.Sign <= 0 ? 0 : Binary.ToDouble((numerator << 192) / divisor, low - 192);
    }
}
