namespace Orleans.Inference.Aggregates;

/// <summary>Doubles that break sums: any exponent, subnormals, the largest, ties in the last bit, and everyday amounts.</summary>
internal sealed class ValueGenerator(int seed)
{
    public Random Random { get; } = new(seed);

    /// <summary>Any finite double.</summary>
    public double Wild() => Random.Next(8) switch
    {
        0 => Sign() * BitConverter.Int64BitsToDouble(Random.NextInt64(1L << 52)),
        1 => Sign() * double.Epsilon * Random.Next(1, 5),
        2 => Sign() * 1e308 * Random.NextDouble(),
        3 => Sign() * double.MaxValue,
        4 => Sign() * Math.ScaleB(1, Random.Next(-1074, 1024)),
        5 => Everyday(),
        _ => Bits(),
    };

    /// <summary>Amounts with cents, counts, and zeros of both signs.</summary>
    public double Everyday() => Random.Next(6) switch
    {
        0 => 0,
        1 => -0.0,
        2 => Random.Next(-5, 5),
        3 => Math.Round(Random.NextDouble() * 1000, 2),
        4 => 1e9 + Random.NextDouble(),
        _ => Sign() * Random.NextDouble() * Math.Pow(10, Random.Next(-6, 7)),
    };

    private double Bits()
    {
        while (true)
        {
            var value = BitConverter.Int64BitsToDouble(Random.NextInt64(long.MinValue, long.MaxValue));
            if (double.IsFinite(value))
            {
                return value;
            }
        }
    }

    private int Sign() => Random.Next(2) == 0 ? 1 : -1;
}
