namespace Orleans.Inference.Commands.Benchmarks.Figures;

/// <summary>One measured quantity: its value in each run. The median counts.</summary>
internal sealed class Figure(string name, string unit, Goal? goal)
{
    private readonly List<double> _runs = [];

    public string Name { get; } = name;

    public string Unit { get; } = unit;

    /// <summary>What it should reach; null when it only informs.</summary>
    public Goal? Goal { get; } = goal;

    /// <summary>In the order taken.</summary>
    public IReadOnlyList<double> Runs => _runs;

    /// <summary>The middle value; the mean of the two in the middle when their number is even.</summary>
    public double Median
    {
        get
        {
            var sorted = _runs.Order().ToArray();
            return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        }
    }

    public void Add(double value) => _runs.Add(value);
}
