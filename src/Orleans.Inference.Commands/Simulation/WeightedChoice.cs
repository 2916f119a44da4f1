namespace Orleans.Inference.Commands.Simulation;

/// <summary>
/// Draws an index with a probability in proportion to its weight, in constant time: the alias method (M. D. Vose, "A linear algorithm for
/// generating random numbers with a given distribution", IEEE Transactions on Software Engineering 1991).
/// </summary>
internal sealed class WeightedChoice
{
    private readonly double[] _keep;
    private readonly int[] _alias;

    public WeightedChoice(ReadOnlySpan<double> weights)
    {
        _keep = new double[weights.Length];
        _alias = new int[weights.Length];
        foreach (var weight in weights)
        {
            Total += weight;
        }

        var small = new Stack<int>();
        var large = new Stack<int>();
        for (var i = 0; i < weights.Length; i++)
        {
            _keep[i] = weights[i] * weights.Length / Total;
            _alias[i] = i;
            (_keep[i] < 1 ? small : large).Push(i);
        }

        while (small.Count > 0 && large.Count > 0)
        {
            var poor = small.Pop();
            var rich = large.Peek();
            _alias[poor] = rich;
            _keep[rich] -= 1 - _keep[poor];
            if (_keep[rich] < 1)
            {
                small.Push(large.Pop());
            }
        }
    }

    /// <summary>The sum of all weights.</summary>
    public double Total { get; }

    public int Draw(ref SeededRandom random)
    {
        var index = random.NextInt(_keep.Length);
        return random.NextDouble() < _keep[index] ? index : _alias[index];
    }
}
