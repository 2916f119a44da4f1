namespace Orleans.Inference.Windows;

/// <summary>
/// The rows of a window that can still become its extreme: each is beaten by no later one. The front is the extreme.
/// </summary>
/// <remarks>
/// D. Lemire, "Streaming maximum-minimum filter using no more than three comparisons per element", 2006. O(1) amortised in order, O(candidates) for a row
/// inserted in the middle. Exact.
/// </remarks>
internal sealed class MonotonicWedge(bool minimum)
{
    private Candidate[] _candidates = new Candidate[4];
    private int _start;
    private int _count;

    public bool IsEmpty => _count == 0;

    /// <summary>The window's extreme.</summary>
    public double Extreme => At(0).Value;

    /// <summary>The newest row enters the window.</summary>
    public void Push(long row, double value)
    {
        while (_count > 0 && Beats(value, At(_count - 1).Value))
        {
            _count--;
        }

        Append(new Candidate(row, value));
    }

    /// <summary>Rows before the given one have left the window.</summary>
    public void DropBefore(long row)
    {
        while (_count > 0 && At(0).Row < row)
        {
            _start = (_start + 1) & (_candidates.Length - 1);
            _count--;
        }
    }

    /// <summary>A row was inserted into the log: those from it on have moved up by one.</summary>
    public void Renumber(long from)
    {
        for (var i = _count - 1; i >= 0 && At(i).Row >= from; i--)
        {
            At(i).Row++;
        }
    }

    /// <summary>A row enters in the middle of the window (after <see cref="Renumber"/>).</summary>
    public void Insert(long row, double value)
    {
        var at = _count;
        while (at > 0 && At(at - 1).Row > row)
        {
            at--;
        }

        if (at < _count && Beats(At(at).Value, value))
        {
            return;
        }

        var kept = at;
        while (kept > 0 && Beats(value, At(kept - 1).Value))
        {
            kept--;
        }

        var beaten = at - kept;
        if (beaten == 0)
        {
            Append(default);
            for (var i = _count - 1; i > at; i--)
            {
                At(i) = At(i - 1);
            }
        }
        else
        {
            // The new candidate takes the place of the first it beats; later ones close up to it.
            for (var i = at; i < _count && beaten > 1; i++)
            {
                At(i - beaten + 1) = At(i);
            }

            _count -= beaten - 1;
        }

        At(kept) = new Candidate(row, value);
    }

    private bool Beats(double value, double other) => minimum ? value <= other : value >= other;

    private ref Candidate At(int i) => ref _candidates[(_start + i) & (_candidates.Length - 1)];

    private void Append(Candidate candidate)
    {
        if (_count == _candidates.Length)
        {
            var grown = new Candidate[_count * 2];
            for (var i = 0; i < _count; i++)
            {
                grown[i] = At(i);
            }

            (_candidates, _start) = (grown, 0);
        }

        _count++;
        At(_count - 1) = candidate;
    }

    private struct Candidate(long row, double value)
    {
        public long Row = row;
        public double Value = value;
    }
}
