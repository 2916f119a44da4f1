using System.Runtime.InteropServices;
using Orleans.Inference.Checkpoints;
using Orleans.Inference.Memory;

namespace Orleans.Inference.Grains.Entities;

/// <summary>
/// What an entity has applied and may be asked for again: events that are not saved, and events that their inputs have not committed, with what was answered; and how far each
/// input is. Rows in the order of application, in one array that is used over and over: what an event touches is then next to what the event before it touched, and there is no
/// object an event for the collector to find. Under the entity's lock.
/// </summary>
/// <param name="wordCount">Longs of an event.</param>
/// <param name="featureCount">Features of an answer.</param>
internal sealed class EntityJournal(int wordCount, int featureCount)
{
    private const int FirstCapacity = 2;
    private const int MostKeptCapacity = 64;

    // A row: the number of its input's mark, its offset, the event's words, and two features a long.
    private const int WordsAt = 2;
    private readonly int _width = WordsAt + wordCount + ((featureCount + 1) / 2);
    private long[] _rows = [];
    private int _count;
    private int _savedCount;
    private int _nextRecalled;
    private Mark[] _marks = [];

    /// <summary>Has events that were applied since the last <see cref="MarkSaved"/>.</summary>
    public bool HasUnsaved => _savedCount < _count;

    /// <summary>The number of an input's mark; a new one has taken nothing.</summary>
    public int MarkOf(long input)
    {
        for (var mark = 0; mark < _marks.Length; mark++)
        {
            if (_marks[mark].Input == input)
            {
                return mark;
            }
        }

        _marks = [.. _marks, new Mark { Input = input, Last = -1 }];
        return _marks.Length - 1;
    }

    /// <summary>The last offset applied, or -1.</summary>
    public long LastOf(int mark) => _marks[mark].Last;

    /// <summary>The input will never ask for an offset below this again.</summary>
    public void Committed(int mark, long committed) => _marks[mark].Committed = Math.Max(_marks[mark].Committed, committed);

    /// <summary>An event has been applied and answered.</summary>
    public void Add(int mark, long offset, ReadOnlySpan<long> words, ReadOnlySpan<float> features)
    {
        if ((_count + 1) * _width > _rows.Length)
        {
            MakeRoom();
        }

        _marks[mark].Last = offset;
        var row = RowAt(_count++);
        row[0] = mark;
        row[1] = offset;
        words.CopyTo(row[WordsAt..]);
        features.CopyTo(FeaturesOf(row));
    }

    /// <summary>Starts to bring what the next event will touch into the cache. Any thread.</summary>
    public void Prefetch()
    {
        CacheLine.PrefetchElement(_marks, 0);
        CacheLine.PrefetchElement(_rows, _count * _width);
    }

    /// <summary>What was answered for an offset; false when it has been forgotten.</summary>
    public bool TryRecall(int mark, long offset, Span<float> features)
    {
        // What comes again comes in order: the next is found behind the last.
        for (var left = _count; left > 0; left--, _nextRecalled++)
        {
            _nextRecalled = _nextRecalled < _count ? _nextRecalled : 0;
            var row = RowAt(_nextRecalled);
            if (row[0] == mark && row[1] == offset)
            {
                FeaturesOf(row).CopyTo(features);
                return true;
            }
        }

        return false;
    }

    /// <summary>Appends the events since the last <see cref="MarkSaved"/>, for <see cref="EntityImage.ReadChange"/>.</summary>
    public void WriteUnsaved(ByteWriter writer)
    {
        for (var index = _savedCount; index < _count; index++)
        {
            var row = RowAt(index);
            var mark = _marks[row[0]];
            EntityImage.WriteEvent(writer, mark.Input, mark.Committed, row.Slice(1, 1 + wordCount));
        }
    }

    /// <summary>All that was applied is on its way to the store.</summary>
    public void MarkSaved() => _savedCount = _count;

    /// <summary>Appends how far each input is, and the events it may ask for again.</summary>
    public void Store(ByteWriter writer)
    {
        writer.Int32(_marks.Length);
        foreach (var mark in _marks)
        {
            writer.Int64(mark.Input);
            writer.Int64(mark.Last);
            writer.Int64(mark.Committed);
        }

        Forget(keepUnsaved: false);
        writer.Int32(_count);
        writer.Words(_rows.AsSpan(0, _count * _width));
    }

    /// <summary>Fills a new journal from what <see cref="Store"/> wrote.</summary>
    public void Load(ref ByteReader reader)
    {
        _marks = new Mark[reader.Int32()];
        foreach (ref var mark in _marks.AsSpan())
        {
            mark = new Mark { Input = reader.Int64(), Last = reader.Int64(), Committed = reader.Int64() };
        }

        _count = _savedCount = reader.Int32();
        _rows = new long[_count * _width];
        reader.Words(_rows);
    }

    private void MakeRoom()
    {
        Forget(keepUnsaved: true);
        var capacity = _rows.Length / _width;
        if (2 * _count >= capacity)
        {
            Array.Resize(ref _rows, Math.Max(FirstCapacity, 2 * capacity) * _width);
        }
        else if (capacity > MostKeptCapacity && 8 * _count < capacity)
        {
            // A burst, or a store that was away.
            Array.Resize(ref _rows, capacity / 2 * _width);
        }
    }

    /// <summary>Drops the rows that nobody can ask for.</summary>
    private void Forget(bool keepUnsaved)
    {
        var (kept, keptSaved) = (0, 0);
        for (var index = 0; index < _count; index++)
        {
            var row = RowAt(index);
            if ((keepUnsaved && index >= _savedCount) || row[1] >= _marks[row[0]].Committed)
            {
                row.CopyTo(RowAt(kept++));
                keptSaved += index < _savedCount ? 1 : 0;
            }
        }

        (_count, _savedCount) = (kept, keptSaved);
    }

    private Span<long> RowAt(int index) => _rows.AsSpan(index * _width, _width);

    private Span<float> FeaturesOf(Span<long> row) => MemoryMarshal.Cast<long, float>(row[(WordsAt + wordCount)..])[..featureCount];

    private struct Mark
    {
        public long Input;
        public long Last;
        public long Committed;
    }
}
