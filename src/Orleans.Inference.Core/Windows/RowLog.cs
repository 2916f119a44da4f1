using Orleans.Inference.Memory;

namespace Orleans.Inference.Windows;

/// <summary>
/// An entity's events in order of (event time, arrival): a ring of fixed-size rows, each a time, a mask of conditions and the folded values. Rows have
/// numbers that stay theirs while the log moves on; only an insertion in the middle renumbers those behind it.
/// </summary>
/// <remarks>Appending is O(1) amortised; inserting before d rows moves those d. Owned by the entity's shard.</remarks>
internal sealed class RowLog
{
    private const int InitialRows = 4;
    private readonly int _stride;
    private long[] _words;
    private int _mask;

    /// <param name="values">Folded values a row.</param>
    /// <param name="hasMask">Whether rows carry a mask of conditions.</param>
    public RowLog(int values, bool hasMask)
    {
        _stride = 1 + values + (hasMask ? 1 : 0);
        _words = new long[InitialRows * _stride];
        _mask = InitialRows - 1;
    }

    /// <summary>Number of the oldest row held.</summary>
    public long First { get; private set; }

    /// <summary>Number the next appended row will have.</summary>
    public long End { get; private set; }

    public int Count => (int)(End - First);

    public int Stride => _stride;

    /// <summary>Bytes the rows take, free room included.</summary>
    public int CapacityBytes => _words.Length * sizeof(long);

    /// <summary>The row's words: time, values as bits, and the mask where there is one.</summary>
    public Span<long> this[long row] => _words.AsSpan(((int)row & _mask) * _stride, _stride);

    /// <summary>Starts to bring a row into the cache.</summary>
    public void Prefetch(long row) => CacheLine.PrefetchElement(_words, ((int)row & _mask) * _stride);

    public long TimeOf(long row) => _words[((int)row & _mask) * _stride];

    public double ValueOf(long row, int value) => BitConverter.Int64BitsToDouble(_words[(((int)row & _mask) * _stride) + 1 + value]);

    public ulong MaskOf(long row) => (ulong)_words[(((int)row & _mask) * _stride) + _stride - 1];

    /// <summary>Makes room for a row before the given one, moving those behind, and returns its words to fill.</summary>
    public Span<long> Insert(long row)
    {
        if (Count > _mask)
        {
            Grow();
        }

        for (var r = End; r > row; r--)
        {
            this[r - 1].CopyTo(this[r]);
        }

        End++;
        return this[row];
    }

    /// <summary>Takes a row out again, moving those behind it forward.</summary>
    public void Remove(long row)
    {
        for (var r = row; r < End - 1; r++)
        {
            this[r + 1].CopyTo(this[r]);
        }

        End--;
    }

    /// <summary>Forgets rows before the given one.</summary>
    public void DropBefore(long row) => First = Math.Max(First, row);

    private void Grow()
    {
        var capacity = (_mask + 1) * 2;
        var words = new long[capacity * _stride];
        for (var r = First; r < End; r++)
        {
            this[r].CopyTo(words.AsSpan(((int)r & (capacity - 1)) * _stride));
        }

        (_words, _mask) = (words, capacity - 1);
    }
}
