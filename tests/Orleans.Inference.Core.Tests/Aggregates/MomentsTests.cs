namespace Orleans.Inference.Aggregates;

public sealed class MomentsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Variance_OfAnyValues_IsTheExactOne(int seed)
    {
        var generator = new ValueGenerator(seed);
        for (var round = 0; round < 1_000; round++)
        {
            var values = new double[generator.Random.Next(1, 12)];
            var kind = generator.Random.Next(6);
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = kind switch
                {
                    0 => generator.Wild(),
                    1 => generator.Everyday(),
                    2 => 1e9 + generator.Random.NextDouble(),
                    3 => 1e15 + generator.Random.Next(3),
                    4 => (generator.Random.NextDouble() - 0.5) * 1e-150,
                    _ => Math.ScaleB(generator.Random.Next(-4, 5), generator.Random.Next(-540, -500)),
                };
            }

            AssertClose(ExactRational.Variance(values), VarianceOf(values), $"seed {seed}, round {round}: {string.Join(' ', values.Select(v => v.ToString("R")))}");
        }
    }

    [Theory]
    [InlineData(0.1, 3)]
    [InlineData(1e9 + 0.3, 1000)]
    [InlineData(1.7e308, 2)]
    [InlineData(5e-324, 7)]
    [InlineData(0, 5)]
    public void Variance_OfEqualValues_IsExactlyZero(double value, int count) =>
        Assert.Equal(0L, BitConverter.DoubleToInt64Bits(VarianceOf(Enumerable.Repeat(value, count).ToArray())));

    [Fact]
    public void Variance_OfOneValue_IsZero() => Assert.Equal(0, VarianceOf([1e308]));

    [Fact]
    public void Variance_IsOfThePopulation() => Assert.Equal(1.25, VarianceOf([1, 2, 3, 4]));

    [Fact]
    public void Variance_OfNeighbouringLargeValues_SurvivesCancellation() =>
        Assert.Equal(ExactRational.Variance([1e16, 1e16 + 2, 1e16 + 4]), VarianceOf([1e16, 1e16 + 2, 1e16 + 4]), 1e-12);

    [Fact]
    public void SlidingMoments_AfterTenMillionAddsAndEvictionsAndASpike_HaveNotDrifted()
    {
        const int Window = 1_000;
        const int Steps = 10_000_000;
        var random = new Random(20260101);
        var ring = new double[Window];
        var sum = default(ExactSum);
        var squares = default(ExactSum);
        for (var step = 0; step < Steps; step++)
        {
            ref var slot = ref ring[step % Window];
            if (step >= Window)
            {
                sum.Remove(slot);
                squares.RemoveSquare(slot);
            }

            // Near 1e9 with a spread of 1; spikes of 1e15 on the way, the last of which has left well before the end.
            slot = step % 1_000_003 == 777 && step < Steps - (2 * Window) ? 1e15 : 1e9 + random.NextDouble();
            sum.Add(slot);
            squares.AddSquare(slot);
        }

        var mean = sum.ToDouble() / Window;
        var variance = Moments.Variance(Window, sum, squares);
        Assert.Equal(ExactRational.Sum(ring), sum.ToDouble());
        Assert.Equal(ExactRational.Mean(ring), mean, 1e-9);
        AssertClose(ExactRational.Variance(ring), variance, "variance after ten million steps");
        Assert.Equal(Math.Sqrt(ExactRational.Variance(ring)), Math.Sqrt(variance), 1e-12);
    }

    private static double VarianceOf(double[] values)
    {
        var sum = default(ExactSum);
        var squares = default(ExactSum);
        foreach (var value in values)
        {
            sum.Add(value);
            squares.AddSquare(value);
        }

        return Moments.Variance(values.Length, sum, squares);
    }

    // The relative error promised is 2^-40; a result among the subnormals has fewer bits than that and may be off by two units of the last.
    private static void AssertClose(double expected, double actual, string what)
    {
        var allowed = Math.Max(Math.Abs(expected) * Math.ScaleB(1, -40), 2 * double.Epsilon);
        Assert.True(expected.Equals(actual) || Math.Abs(expected - actual) <= allowed, $"{what}: expected {expected:R}, got {actual:R}");
    }
}
