using System.Runtime.CompilerServices;
using Orleans.Inference.Memory;

namespace Orleans.Inference.Windows;

/// <summary>
/// One entity's windows: its log, a cursor per boundary, and the folds the cursors feed. The cursors stand at one moment, <see cref="Time"/>. An event
/// in order moves them forward; one that others have overtaken moves them back to its own time, is read there, and lets them return. Because the folds are
/// exact, moving back and forth changes no bit, and the value of a window depends on the rows in it alone.
/// </summary>
/// <remarks>
/// In order: O(1) amortised a window, whatever its length. An event that d rows overtook: O(d) for the log and O(rows between) for the cursors. Minimum and
/// maximum of a moment in the past scan the window. Owned by the entity's shard.
/// </remarks>
internal sealed partial class EntityWindows
{
    private readonly FoldPlan _plan;
    private readonly RowLog _log;
    private readonly long[] _cursors;
    private readonly FoldState[] _folds;

    public EntityWindows(FoldPlan plan)
    {
        _plan = plan;
        _log = new RowLog(plan.Values.Length, plan.Conditions.Length > 0);
        _cursors = new long[plan.Boundaries.Length];
        _folds = new FoldState[plan.Folds.Length];
        if (plan.HasExtremes)
        {
            CreateWedges();
        }
    }

    /// <summary>Event time of the newest event, UTC ticks; long.MinValue before the first.</summary>
    public long Time { get; private set; } = long.MinValue;

    /// <summary>Rows in the log.</summary>
    public int RowCount => _log.Count;

    /// <summary>Rough size in memory.</summary>
    public int Bytes => _log.CapacityBytes + (_folds.Length * Unsafe.SizeOf<FoldState>()) + (_cursors.Length * sizeof(long)) + 160;

    /// <summary>Applies an event and reads its features as of its own time.</summary>
    /// <param name="row">The event's words: time, values as bits, mask where the plan has conditions.</param>
    /// <param name="features">The event's row of the feature matrix; empty to apply without reading.</param>
    public void Apply(ReadOnlySpan<long> row, Span<float> features)
    {
        var time = row[0];
        if (time >= Time)
        {
            Advance(time);
            var number = Enter(row, inOrder: true);
            Read(features, number, inOrder: true);
            EnterFolds(number, labels: true, inOrder: true);
        }
        else
        {
            var newest = Time;
            MoveTo(time);
            var number = Enter(row, inOrder: false);
            RenumberWedges(number);
            Read(features, number, inOrder: false);
            EnterFolds(number, labels: true, inOrder: false);
            MoveTo(newest);
            InsertIntoWedges(number);
        }
    }

    /// <summary>Reads an event's features as if it had been applied, and leaves everything as it was.</summary>
    public void Preview(ReadOnlySpan<long> row, Span<float> features)
    {
        var newest = Time;
        MoveTo(row[0]);
        var number = Enter(row, inOrder: false);
        Read(features, number, inOrder: false);
        foreach (var fold in _plan.Entering[0])
        {
            if (!_plan.Folds[fold].ReadsLabel)
            {
                Fold(fold, number, add: false);
            }
        }

        _cursors[0]--;
        _log.Remove(number);
        if (newest == long.MinValue)
        {
            Reset();
        }
        else
        {
            MoveTo(newest);
        }
    }

    /// <summary>Reads the features of a moment without an event.</summary>
    public void ReadAt(long time, Span<float> features)
    {
        var newest = Time;
        MoveTo(time);
        Read(features, number: -1, inOrder: false);
        MoveTo(newest);
    }

    /// <summary>Forgets rows that no event at or after <paramref name="horizon"/> can need.</summary>
    public void Trim(long horizon)
    {
        if (horizon < long.MinValue + _plan.Reach || Time == long.MinValue)
        {
            // An input without a clock yet can still bring any time; subtracting the reach would wrap around to the far future.
            return;
        }

        var limit = Math.Min(horizon, Time) - _plan.Reach;
        var row = _log.First;
        while (row < _log.End && _log.TimeOf(row) <= limit)
        {
            if (_plan.HasExtremes)
            {
                RememberExtremes(row);
            }

            row++;
        }

        _log.DropBefore(row);
    }

    /// <summary>Moves the cursors forward to a time at or after the present one.</summary>
    private void Advance(long time)
    {
        var boundaries = _plan.Boundaries;
        for (var b = 1; b < boundaries.Length; b++)
        {
            var limit = time - boundaries[b];
            while (_cursors[b] < _log.End && _log.TimeOf(_cursors[b]) <= limit)
            {
                CrossForward(b, _cursors[b]++, inOrder: true);
            }
        }

        Time = time;
    }

    /// <summary>Moves the cursors to any time. Wedges stay with the newest event's.</summary>
    private void MoveTo(long time)
    {
        var boundaries = _plan.Boundaries;
        for (var b = 0; b < boundaries.Length; b++)
        {
            var limit = time - boundaries[b];
            while (_cursors[b] < _log.End && _log.TimeOf(_cursors[b]) <= limit)
            {
                CrossForward(b, _cursors[b]++, inOrder: false);
            }

            while (_cursors[b] > _log.First && _log.TimeOf(_cursors[b] - 1) > limit)
            {
                CrossBack(b, --_cursors[b]);
            }
        }
    }

    private void CrossForward(int boundary, long row, bool inOrder)
    {
        foreach (var fold in _plan.Entering[boundary])
        {
            Fold(fold, row, add: true);
            if (inOrder && _plan.HasExtremes)
            {
                PushToWedges(fold, row);
            }
        }

        foreach (var fold in _plan.Leaving[boundary])
        {
            Fold(fold, row, add: false);
            if (inOrder && _plan.HasExtremes)
            {
                DropFromWedges(fold, row + 1);
            }
        }
    }

    private void CrossBack(int boundary, long row)
    {
        foreach (var fold in _plan.Entering[boundary])
        {
            Fold(fold, row, add: false);
        }

        foreach (var fold in _plan.Leaving[boundary])
        {
            Fold(fold, row, add: true);
        }
    }

    /// <summary>Inserts the row where the cursors stand and lets it enter the folds that may see it now.</summary>
    private long Enter(ReadOnlySpan<long> row, bool inOrder)
    {
        var number = _cursors[0]++;
        row.CopyTo(_log.Insert(number));
        EnterFolds(number, labels: false, inOrder);
        return number;
    }

    private void EnterFolds(long row, bool labels, bool inOrder)
    {
        foreach (var fold in _plan.Entering[0])
        {
            if (_plan.Folds[fold].ReadsLabel == labels)
            {
                Fold(fold, row, add: true);
                if (inOrder && _plan.HasExtremes)
                {
                    PushToWedges(fold, row);
                }
            }
        }
    }

    /// <summary>
    /// Starts to bring what the next <see cref="Apply"/> will touch into the cache: a batch's entities are scattered over memory, and waiting for them
    /// one by one is most of the cost of a window. Any thread.
    /// </summary>
    public void Prefetch()
    {
        CacheLine.PrefetchElement(_folds, 0);
        CacheLine.PrefetchElement(_folds, _folds.Length - 1);
        foreach (var cursor in _cursors)
        {
            _log.Prefetch(cursor);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Fold(int fold, long row, bool add)
    {
        ref readonly var model = ref _plan.Folds[fold];
        var value = model.Value < 0 ? 0 : _log.ValueOf(row, model.Value);
        if (double.IsNaN(value) || (model.Condition >= 0 && (_log.MaskOf(row) >> model.Condition & 1) == 0))
        {
            return;
        }

        if (add)
        {
            _folds[fold].Add(value, model.Needs);
        }
        else
        {
            _folds[fold].Remove(value, model.Needs);
        }
    }

    private void Reset()
    {
        _log.DropBefore(_log.End);
        Array.Fill(_cursors, _log.End);
        Array.Clear(_folds);
        if (_plan.HasExtremes)
        {
            CreateWedges();
        }
    }
}
