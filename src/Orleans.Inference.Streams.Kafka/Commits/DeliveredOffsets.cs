namespace Orleans.Inference.Streams.Kafka;

/// <summary>
/// Which offset of a partition may be committed: the lowest that is still in flight, or the next to be read when none is. One thread at a time.
/// </summary>
/// <remarks>Beginning and completing cost O(1) amortised; memory is that of what lies between the lowest and the highest in flight.</remarks>
internal sealed class DeliveredOffsets
{
    private readonly Queue<InFlight> _inFlight = new();
    private long _read;
    private long _committable;

    /// <param name="start">The first offset that will be read.</param>
    public DeliveredOffsets(long start) => _read = _committable = start;

    /// <summary>All offsets below it are delivered.</summary>
    public long Position => _inFlight.TryPeek(out var first) ? first.First : _read;

    /// <summary><see cref="Position"/>, but never less than it has been: reading again takes no commit back.</summary>
    public long Committable => _committable = Math.Max(_committable, Position);

    /// <summary>Records have been read that are now in flight.</summary>
    /// <param name="first">The first's offset, not below the one given before.</param>
    public InFlight Begin(long first)
    {
        var records = new InFlight(first);
        _inFlight.Enqueue(records);
        return records;
    }

    /// <summary>Everything below has been read; what is not in flight needs no delivery.</summary>
    public void ReadTo(long next) => _read = Math.Max(_read, next);

    /// <summary>The records have been delivered, or are in the dead-letter topic. Harmless when repeated, or after <see cref="StartAgain"/>.</summary>
    public void Complete(InFlight records)
    {
        records.IsComplete = true;
        while (_inFlight.TryPeek(out var first) && first.IsComplete)
        {
            _inFlight.Dequeue();
        }
    }

    /// <summary>Reading goes on at another offset; what was in flight will be read again.</summary>
    public void StartAgain(long next)
    {
        _committable = Committable;
        _inFlight.Clear();
        _read = next;
    }

    /// <summary>The partition is another than it was, so its offsets mean something else.</summary>
    public void Forget(long start)
    {
        _inFlight.Clear();
        _read = _committable = start;
    }

    /// <summary>Records that have been read and not yet delivered.</summary>
    internal sealed class InFlight(long first)
    {
        public long First { get; } = first;

        public bool IsComplete { get; set; }
    }
}
