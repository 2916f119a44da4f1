namespace Orleans.Inference.Aggregates;

/// <summary>The folds this release computes. var and std are of the population (n).</summary>
public enum AggregateKind
{
    Count,
    Sum,
    Mean,
    Min,
    Max,
    Var,
    Std,
}
