using Orleans.Inference.Aggregates;

namespace Orleans.Inference.Windows;

internal sealed partial class EntityWindows
{
    /// <param name="features">The row of the feature matrix to write into; empty to skip reading.</param>
    /// <param name="number">The log row of the event itself, which label folds must not see; -1 without one.</param>
    /// <param name="inOrder">Whether the wedges stand where the cursors do.</param>
    private void Read(Span<float> features, long number, bool inOrder)
    {
        if (features.IsEmpty)
        {
            return;
        }

        // Zeros of both signs are equal extremes, and which is found depends on the way; adding 0 makes it the positive one.
        foreach (ref readonly var read in _plan.Reads.AsSpan())
        {
            ref readonly var fold = ref _folds[read.Fold];
            features[read.Feature] = fold.Count == 0
                ? read.Empty
                : read.Aggregate switch
                {
                    AggregateKind.Count => fold.Count,
                    AggregateKind.Sum => (float)fold.Sum.ToDouble(),
                    AggregateKind.Mean => (float)(fold.Sum.ToDouble() / fold.Count),
                    AggregateKind.Var => (float)Moments.Variance(fold.Count, fold.Sum, fold.Extras!.Squares),
                    AggregateKind.Std => (float)Math.Sqrt(Moments.Variance(fold.Count, fold.Sum, fold.Extras!.Squares)),
                    _ => (float)(Extreme(read, number, inOrder) + 0.0),
                };
        }
    }

    private double Extreme(FoldRead read, long number, bool inOrder)
    {
        var minimum = read.Aggregate == AggregateKind.Min;
        var model = _plan.Folds[read.Fold];
        var extras = _folds[read.Fold].Extras!;
        if (inOrder)
        {
            var wedge = minimum ? extras.Minimum! : extras.Maximum!;
            return model.Leave == FoldPlan.Never ? Outer(wedge.IsEmpty ? double.NaN : wedge.Extreme, extras, minimum) : wedge.Extreme;
        }

        var extreme = double.NaN;
        var from = model.Leave == FoldPlan.Never ? _log.First : _cursors[model.Leave];
        for (var row = from; row < _cursors[model.Enter]; row++)
        {
            var hidden = row == number && model.ReadsLabel;
            if (!hidden && TryGetValue(model, row, out var value)
                && (double.IsNaN(extreme) || (minimum ? value < extreme : value > extreme)))
            {
                extreme = value;
            }
        }

        return model.Leave == FoldPlan.Never ? Outer(extreme, extras, minimum) : extreme;
    }

    /// <summary>Of a <c>forever</c> window: the extreme of the rows still in the log and of those dropped.</summary>
    private static double Outer(double logged, FoldExtras extras, bool minimum) =>
        minimum
            ? double.IsNaN(logged) ? extras.DroppedMinimum : Math.Min(logged, extras.DroppedMinimum)
            : double.IsNaN(logged) ? extras.DroppedMaximum : Math.Max(logged, extras.DroppedMaximum);

    private bool TryGetValue(FoldModel model, long row, out double value)
    {
        value = model.Value < 0 ? 0 : _log.ValueOf(row, model.Value);
        return !double.IsNaN(value) && (model.Condition < 0 || (_log.MaskOf(row) >> model.Condition & 1) != 0);
    }

    private void CreateWedges()
    {
        for (var fold = 0; fold < _folds.Length; fold++)
        {
            var needs = _plan.Folds[fold].Needs;
            if ((needs & (FoldNeeds.Minimum | FoldNeeds.Maximum)) != 0)
            {
                var extras = _folds[fold].Extras ??= new FoldExtras();
                extras.Minimum = needs.HasFlag(FoldNeeds.Minimum) ? new MonotonicWedge(minimum: true) : null;
                extras.Maximum = needs.HasFlag(FoldNeeds.Maximum) ? new MonotonicWedge(minimum: false) : null;
            }
        }
    }

    private void PushToWedges(int fold, long row)
    {
        if (_folds[fold].Extras is { } extras && TryGetValue(_plan.Folds[fold], row, out var value))
        {
            extras.Minimum?.Push(row, value);
            extras.Maximum?.Push(row, value);
        }
    }

    private void DropFromWedges(int fold, long row)
    {
        if (_folds[fold].Extras is { } extras)
        {
            extras.Minimum?.DropBefore(row);
            extras.Maximum?.DropBefore(row);
        }
    }

    private void RenumberWedges(long from)
    {
        if (!_plan.HasExtremes)
        {
            return;
        }

        foreach (ref var fold in _folds.AsSpan())
        {
            fold.Extras?.Minimum?.Renumber(from);
            fold.Extras?.Maximum?.Renumber(from);
        }
    }

    /// <summary>A row inserted in the middle enters the wedges of the windows it lies in at the newest event's time.</summary>
    private void InsertIntoWedges(long row)
    {
        if (!_plan.HasExtremes)
        {
            return;
        }

        for (var fold = 0; fold < _folds.Length; fold++)
        {
            var model = _plan.Folds[fold];
            var inside = row < _cursors[model.Enter] && (model.Leave == FoldPlan.Never || row >= _cursors[model.Leave]);
            if (inside && _folds[fold].Extras is { } extras && TryGetValue(model, row, out var value))
            {
                extras.Minimum?.Insert(row, value);
                extras.Maximum?.Insert(row, value);
            }
        }
    }

    /// <summary>A row is about to leave the log; a <c>forever</c> window keeps its part of the extremes.</summary>
    private void RememberExtremes(long row)
    {
        for (var fold = 0; fold < _folds.Length; fold++)
        {
            if (_plan.Folds[fold].Leave == FoldPlan.Never
                && _folds[fold].Extras is { } extras
                && TryGetValue(_plan.Folds[fold], row, out var value))
            {
                extras.DroppedMinimum = Math.Min(extras.DroppedMinimum, value);
                extras.DroppedMaximum = Math.Max(extras.DroppedMaximum, value);
                extras.Minimum?.DropBefore(row + 1);
                extras.Maximum?.DropBefore(row + 1);
            }
        }
    }
}
