namespace Orleans.Inference.Windows;

public sealed class MonotonicWedgeTests
{
    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public void Extreme_AfterPushesInsertsAndDrops_IsThatOfAScan(int seed, bool minimum)
    {
        var random = new Random(seed);
        var wedge = new MonotonicWedge(minimum);
        var window = new List<double>();
        var first = 0L;
        for (var step = 0; step < 20_000; step++)
        {
            var value = (double)random.Next(-20, 20);
            var action = random.Next(10);
            if (action < 5)
            {
                wedge.Push(first + window.Count, value);
                window.Add(value);
            }
            else if (action < 7)
            {
                var at = random.Next(window.Count + 1);
                wedge.Renumber(first + at);
                wedge.Insert(first + at, value);
                window.Insert(at, value);
            }
            else
            {
                var count = random.Next(Math.Min(4, window.Count) + 1);
                window.RemoveRange(0, count);
                first += count;
                wedge.DropBefore(first);
            }

            Assert.Equal(window.Count == 0, wedge.IsEmpty);
            if (window.Count > 0)
            {
                var expected = minimum ? window.Min() : window.Max();
                Assert.True(expected.Equals(wedge.Extreme), $"seed {seed}, step {step}: expected {expected}, got {wedge.Extreme}");
            }
        }
    }

    [Fact]
    public void Extreme_OfARisingAndAFallingRun_IsTheFrontAndTheBack()
    {
        var minimum = new MonotonicWedge(minimum: true);
        var maximum = new MonotonicWedge(minimum: false);
        for (var row = 0; row < 100; row++)
        {
            minimum.Push(row, row);
            maximum.Push(row, row);
        }

        Assert.Equal((0d, 99d), (minimum.Extreme, maximum.Extreme));
        minimum.DropBefore(50);
        maximum.DropBefore(50);
        Assert.Equal((50d, 99d), (minimum.Extreme, maximum.Extreme));
    }
}
