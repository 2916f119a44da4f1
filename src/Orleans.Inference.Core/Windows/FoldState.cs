using Orleans.Inference.Aggregates;

namespace Orleans.Inference.Windows;

/// <summary>The running values of one fold. Count and sums are exact, so a row that has left has left no trace.</summary>
internal struct FoldState
{
    /// <summary>Rows folded (those with a value, where one is folded).</summary>
    public long Count;

    public ExactSum Sum;

    /// <summary>What few folds need; null until they do.</summary>
    public FoldExtras? Extras;

    public void Add(double value, FoldNeeds needs)
    {
        Count++;
        if ((needs & FoldNeeds.Sum) != 0)
        {
            Sum.Add(value);
            if ((needs & FoldNeeds.Squares) != 0)
            {
                (Extras ??= new FoldExtras()).Squares.AddSquare(value);
            }
        }
    }

    public void Remove(double value, FoldNeeds needs)
    {
        Count--;
        if ((needs & FoldNeeds.Sum) != 0)
        {
            Sum.Remove(value);
            if ((needs & FoldNeeds.Squares) != 0)
            {
                (Extras ??= new FoldExtras()).Squares.RemoveSquare(value);
            }
        }
    }

    /// <summary>A copy that can change without changing this one.</summary>
    public readonly FoldState Clone() => new() { Count = Count, Sum = Sum.Clone(), Extras = Extras?.Clone() };
}

/// <summary>The rarer parts of a fold.</summary>
internal sealed class FoldExtras
{
    public ExactSum Squares;

    /// <summary>Candidates for the minimum of a window, null where it is not asked for.</summary>
    public MonotonicWedge? Minimum;

    /// <summary>Candidates for the maximum.</summary>
    public MonotonicWedge? Maximum;

    /// <summary>Of a <c>forever</c> window: the smallest value among rows the log has dropped.</summary>
    public double DroppedMinimum = double.PositiveInfinity;

    /// <summary>Of a <c>forever</c> window: the largest value among rows the log has dropped.</summary>
    public double DroppedMaximum = double.NegativeInfinity;

    public FoldExtras Clone() => new()
    {
        Squares = Squares.Clone(),
        DroppedMinimum = DroppedMinimum,
        DroppedMaximum = DroppedMaximum,
    };
}
