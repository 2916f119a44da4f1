namespace Orleans.Inference.Commands.Benchmarks.Figures;

/// <summary>What a figure should reach.</summary>
/// <param name="Bound">The bound.</param>
/// <param name="IsLowest">At least the bound; otherwise less than it.</param>
internal readonly record struct Goal(double Bound, bool IsLowest)
{
    public static Goal AtLeast(double bound) => new(bound, IsLowest: true);

    public static Goal Below(double bound) => new(bound, IsLowest: false);

    public bool IsMetBy(double value) => IsLowest ? value >= Bound : value < Bound;
}
