using System.Numerics;
using Orleans.Inference.Aggregates;
using Orleans.Inference.Checkpoints;

namespace Orleans.Inference.Windows;

/// <summary>
/// Stored are the newest time, the rows, and of each <c>forever</c> fold what the log has dropped. Everything else follows from them to the last bit, because
/// folds are exact.
/// </summary>
internal sealed partial class EntityWindows
{
    public void Store(ByteWriter writer)
    {
        writer.Int64(Time);
        writer.Int32(_log.Count);
        for (var row = _log.First; row < _log.End; row++)
        {
            writer.Words(_log[row]);
        }

        for (var fold = 0; fold < _folds.Length; fold++)
        {
            if (_plan.Folds[fold].Leave == FoldPlan.Never)
            {
                StoreDropped(writer, fold);
            }
        }
    }

    /// <summary>Fills an empty state from what <see cref="Store"/> wrote.</summary>
    public void Load(ref ByteReader reader)
    {
        var time = reader.Int64();
        var rows = reader.Int32();
        for (var i = 0; i < rows; i++)
        {
            reader.Words(_log.Insert(_log.End));
        }

        for (var fold = 0; fold < _folds.Length; fold++)
        {
            if (_plan.Folds[fold].Leave == FoldPlan.Never)
            {
                LoadDropped(ref reader, fold);
            }
        }

        if (time == long.MinValue)
        {
            return;
        }

        // Boundary 0 is crossed here like any other: every row is at or before the newest time.
        for (var b = 0; b < _plan.Boundaries.Length; b++)
        {
            var limit = time - _plan.Boundaries[b];
            while (_cursors[b] < _log.End && _log.TimeOf(_cursors[b]) <= limit)
            {
                CrossForward(b, _cursors[b]++, inOrder: true);
            }
        }

        Time = time;
    }

    private void StoreDropped(ByteWriter writer, int fold)
    {
        var model = _plan.Folds[fold];
        var dropped = _folds[fold].Clone();
        for (var row = _log.First; row < _cursors[model.Enter]; row++)
        {
            if (TryGetValue(model, row, out var value))
            {
                dropped.Remove(value, model.Needs);
            }
        }

        writer.Int64(dropped.Count);
        StoreSum(writer, dropped.Sum);
        StoreSum(writer, dropped.Extras?.Squares ?? default);
        writer.Double(_folds[fold].Extras?.DroppedMinimum ?? double.PositiveInfinity);
        writer.Double(_folds[fold].Extras?.DroppedMaximum ?? double.NegativeInfinity);
    }

    private void LoadDropped(ref ByteReader reader, int fold)
    {
        ref var state = ref _folds[fold];
        state.Count = reader.Int64();
        state.Sum = LoadSum(ref reader);
        var squares = LoadSum(ref reader);
        var minimum = reader.Double();
        var maximum = reader.Double();
        if (_plan.Folds[fold].Needs > FoldNeeds.Sum)
        {
            state.Extras ??= new FoldExtras();
            state.Extras.Squares = squares;
            state.Extras.DroppedMinimum = minimum;
            state.Extras.DroppedMaximum = maximum;
        }
    }

    private static void StoreSum(ByteWriter writer, ExactSum sum)
    {
        var (integer, exponent) = sum.ToInteger();
        writer.Int32(exponent);
        writer.Int32(integer.GetByteCount());
        integer.TryWriteBytes(writer.Reserve(integer.GetByteCount()), out _);
    }

    private static ExactSum LoadSum(ref ByteReader reader)
    {
        var exponent = reader.Int32();
        return ExactSum.FromInteger(new BigInteger(reader.Bytes(reader.Int32())), exponent);
    }
}
