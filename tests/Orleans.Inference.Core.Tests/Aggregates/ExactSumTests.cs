using System.Numerics;

namespace Orleans.Inference.Aggregates;

public sealed class ExactSumTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void ToDouble_AfterWildAddsAndRemovesInAnyOrder_IsTheCorrectlyRoundedSum(int seed) =>
        CompareWithOracle(seed, generator => generator.Wild());

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void ToDouble_AfterEverydayAddsAndRemovesInAnyOrder_IsTheCorrectlyRoundedSum(int seed) =>
        CompareWithOracle(seed, generator => generator.Everyday());

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public void ToDouble_WhenExponentsCreepApart_IsTheCorrectlyRoundedSum(int seed)
    {
        // Neighbouring exponents walk the whole range, so that every shift of the 128 bits in place and the move to the array are met.
        var exponent = 0;
        CompareWithOracle(seed, generator =>
        {
            exponent = Math.Clamp(exponent + generator.Random.Next(-9, 10), -1074, 960);
            return Math.ScaleB(generator.Random.NextInt64(-(1L << 53), 1L << 53), exponent);
        });
    }

    [Fact]
    public void ToDouble_HalfWayBetweenTwoDoubles_RoundsToEven()
    {
        const double Two53 = 9007199254740992;
        Assert.Equal(Two53, SumOf(Two53, 1).ToDouble());
        Assert.Equal(Two53 + 4, SumOf(Two53, 3).ToDouble());
        Assert.Equal(Two53 + 2, SumOf(Two53, 1, double.Epsilon).ToDouble());
        Assert.Equal(Two53, SumOf(Two53, 1, -double.Epsilon).ToDouble());
        Assert.Equal(-Two53 - 4, SumOf(-Two53, -3).ToDouble());
    }

    [Fact]
    public void ToDouble_OfASumBeyondTheLargestDouble_IsInfiniteAndComesBack()
    {
        var sum = SumOf(double.MaxValue, double.MaxValue, 1);
        Assert.Equal(double.PositiveInfinity, sum.ToDouble());
        sum.Remove(double.MaxValue);
        sum.Remove(double.MaxValue);
        Assert.Equal(1, sum.ToDouble());
    }

    [Fact]
    public void ToDouble_WhenAnOutlierHasLeft_HasNoTraceOfIt()
    {
        var sum = SumOf(0.1, 0.2, 1e300, 0.3, -1e-300);
        sum.Remove(1e300);
        sum.Remove(-1e-300);
        Assert.Equal(ExactRational.Sum([0.1, 0.2, 0.3]), sum.ToDouble());
    }

    [Fact]
    public void ToDouble_OfNothing_IsPositiveZero()
    {
        var sum = default(ExactSum);
        Assert.Equal(0L, BitConverter.DoubleToInt64Bits(sum.ToDouble()));
        sum.Add(-0.0);
        Assert.Equal(0L, BitConverter.DoubleToInt64Bits(sum.ToDouble()));
        sum.Add(-1.5);
        sum.Remove(-1.5);
        Assert.Equal(0L, BitConverter.DoubleToInt64Bits(sum.ToDouble()));
    }

    [Theory]
    [InlineData(31, true)]
    [InlineData(32, true)]
    [InlineData(33, false)]
    [InlineData(34, false)]
    public void AddSquare_OfAnyValues_IsExact(int seed, bool wild)
    {
        var generator = new ValueGenerator(seed);
        var sum = default(ExactSum);
        var exact = BigInteger.Zero;
        var held = new List<double>();
        for (var step = 0; step < 2_000; step++)
        {
            if (held.Count > 0 && generator.Random.Next(3) == 0)
            {
                var at = generator.Random.Next(held.Count);
                sum.RemoveSquare(held[at]);
                exact -= BigInteger.Pow(ExactRational.Scaled(held[at]), 2);
                held.RemoveAt(at);
            }
            else
            {
                held.Add(wild ? generator.Wild() : generator.Everyday());
                sum.AddSquare(held[^1]);
                exact += BigInteger.Pow(ExactRational.Scaled(held[^1]), 2);
            }

            AssertSame(ExactRational.Round(exact, ExactRational.One * ExactRational.One), sum.ToDouble(), seed, step);
            AssertSameInteger(exact, 2148, sum, seed, step);
        }
    }

    [Theory]
    [InlineData(41, true)]
    [InlineData(42, false)]
    public void Clone_WhenItsOriginalChanges_StaysAsItWas(int seed, bool wild)
    {
        var generator = new ValueGenerator(seed);
        var sum = default(ExactSum);
        for (var step = 0; step < 500; step++)
        {
            var value = wild ? generator.Wild() : generator.Everyday();
            var before = sum.ToDouble();
            var clone = sum.Clone();
            sum.Add(value);
            AssertSame(before, clone.ToDouble(), seed, step);
            var after = sum.ToDouble();
            clone.Remove(generator.Wild());
            AssertSame(after, sum.ToDouble(), seed, step);
        }
    }

    [Theory]
    [InlineData(51, true)]
    [InlineData(52, false)]
    public void FromInteger_OfToInteger_IsTheSameSumAndGoesOnTheSame(int seed, bool wild)
    {
        var generator = new ValueGenerator(seed);
        var sum = default(ExactSum);
        var restored = default(ExactSum);
        for (var step = 0; step < 1_000; step++)
        {
            var value = wild ? generator.Wild() : generator.Everyday();
            sum.Add(value);
            restored.Add(value);
            if (step % 7 == 0)
            {
                var (integer, exponent) = restored.ToInteger();
                restored = ExactSum.FromInteger(integer, exponent);
            }

            AssertSame(sum.ToDouble(), restored.ToDouble(), seed, step);
        }
    }

    [Theory]
    [InlineData(61)]
    [InlineData(62)]
    public void Sum_InAnyOrder_HasTheSameBits(int seed)
    {
        var generator = new ValueGenerator(seed);
        var values = Enumerable.Range(0, 200).Select(_ => generator.Wild()).ToArray();
        var expected = SumOf(values).ToDouble();
        for (var shuffle = 0; shuffle < 50; shuffle++)
        {
            generator.Random.Shuffle(values);
            AssertSame(expected, SumOf(values).ToDouble(), seed, shuffle);
        }
    }

    [Theory]
    [InlineData(71, true)]
    [InlineData(72, false)]
    public void Split_OfAnySum_IsTheNearestDoubleAndTheNearestToTheRest(int seed, bool wild)
    {
        var generator = new ValueGenerator(seed);
        for (var round = 0; round < 1_000; round++)
        {
            var sum = default(ExactSum);
            var exact = BigInteger.Zero;
            for (var i = generator.Random.Next(6); i >= 0; i--)
            {
                var value = wild ? generator.Wild() : generator.Everyday();
                sum.Add(value);
                exact += ExactRational.Scaled(value);
            }

            var (high, low) = sum.Split();
            var expected = ExactRational.Round(exact, ExactRational.One);
            AssertSame(expected, high, seed, round);
            if (double.IsFinite(expected))
            {
                AssertSame(ExactRational.Round(exact - ExactRational.Scaled(expected), ExactRational.One), low, seed, round);
            }
        }
    }

    private static void CompareWithOracle(int seed, Func<ValueGenerator, double> next)
    {
        var generator = new ValueGenerator(seed);
        var sum = default(ExactSum);
        var exact = BigInteger.Zero;
        var held = new List<double>();
        for (var step = 0; step < 5_000; step++)
        {
            // Fill and drain in turns, down to nothing at all.
            var drains = step / 100 % 2 == 1;
            if (held.Count > 0 && generator.Random.Next(10) < (drains ? 8 : 2))
            {
                var at = generator.Random.Next(held.Count);
                sum.Remove(held[at]);
                exact -= ExactRational.Scaled(held[at]);
                held.RemoveAt(at);
            }
            else
            {
                held.Add(next(generator));
                sum.Add(held[^1]);
                exact += ExactRational.Scaled(held[^1]);
            }

            AssertSame(ExactRational.Round(exact, ExactRational.One), sum.ToDouble(), seed, step);
            AssertSameInteger(exact, 1074, sum, seed, step);
        }
    }

    private static ExactSum SumOf(params double[] values)
    {
        var sum = default(ExactSum);
        foreach (var value in values)
        {
            sum.Add(value);
        }

        return sum;
    }

    private static void AssertSame(double expected, double actual, int seed, int step) =>
        Assert.True(
            BitConverter.DoubleToInt64Bits(expected) == BitConverter.DoubleToInt64Bits(actual),
            $"seed {seed}, step {step}: expected {expected:R}, got {actual:R}");

    private static void AssertSameInteger(BigInteger exact, int scale, ExactSum sum, int seed, int step)
    {
        // exact x 2^-scale == integer x 2^exponent, without a fraction on either side, and in the one form that a sum has.
        var (integer, exponent) = sum.ToInteger();
        Assert.True(integer.IsZero ? exponent == 0 : !integer.IsEven, $"seed {seed}, step {step}: {integer} x 2^{exponent} is not the one form");
        var shift = exponent + scale;
        var equal = shift >= 0 ? exact == integer << shift : exact << -shift == integer;
        Assert.True(equal, $"seed {seed}, step {step}: the integer differs from the exact sum");
    }
}
