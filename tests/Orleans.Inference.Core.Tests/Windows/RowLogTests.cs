namespace Orleans.Inference.Windows;

public sealed class RowLogTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Log_AfterInsertsRemovesAndDrops_AgreesWithAList(int seed)
    {
        var random = new Random(seed);
        var log = new RowLog(values: 2, hasMask: true);
        var oracle = new List<(long Time, double A, double B, ulong Mask)>();
        var first = 0L;
        for (var step = 0; step < 5_000; step++)
        {
            var action = random.Next(10);
            if (action < 6 || oracle.Count == 0)
            {
                var at = random.Next(3) == 0 ? random.Next(oracle.Count + 1) : oracle.Count;
                var row = (random.NextInt64(), random.NextDouble(), random.NextDouble(), (ulong)random.NextInt64());
                Fill(log.Insert(first + at), row);
                oracle.Insert(at, row);
            }
            else if (action < 7)
            {
                var at = random.Next(oracle.Count);
                log.Remove(first + at);
                oracle.RemoveAt(at);
            }
            else if (action < 9)
            {
                var count = random.Next(Math.Min(6, oracle.Count) + 1);
                log.DropBefore(first + count);
                oracle.RemoveRange(0, count);
                first += count;
            }
            else
            {
                log.DropBefore(first - random.Next(3));
            }

            Assert.Equal((first, first + oracle.Count, oracle.Count), (log.First, log.End, log.Count));
            for (var i = 0; i < oracle.Count; i++)
            {
                var row = first + i;
                Assert.True(
                    oracle[i] == (log.TimeOf(row), log.ValueOf(row, 0), log.ValueOf(row, 1), log.MaskOf(row)),
                    $"seed {seed}, step {step}: row {i} differs");
            }
        }
    }

    [Fact]
    public void Log_ThatAdvancesForever_DoesNotGrow()
    {
        var log = new RowLog(values: 1, hasMask: false);
        for (var i = 0L; i < 100_000; i++)
        {
            log.Insert(log.End)[0] = i;
            log.DropBefore(i - 9);
        }

        Assert.Equal(10, log.Count);
        Assert.True(log.CapacityBytes <= 16 * log.Stride * sizeof(long), $"{log.CapacityBytes} bytes for 10 rows");
    }

    private static void Fill(Span<long> words, (long Time, double A, double B, ulong Mask) row)
    {
        words[0] = row.Time;
        words[1] = BitConverter.DoubleToInt64Bits(row.A);
        words[2] = BitConverter.DoubleToInt64Bits(row.B);
        words[3] = (long)row.Mask;
    }
}
