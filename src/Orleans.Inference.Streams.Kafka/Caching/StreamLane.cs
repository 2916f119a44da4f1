
namespace Orleans.Inference.Streams.Kafka;

/// <summary>The entries of one stream in the cache of its partition, by offset, and the cursors on them. Touched in the pulling agent's turns.</summary>
internal sealed class StreamLane(StreamId streamId, PartitionFeed feed, long low)
{
    private readonly List<PartitionChunk> _chunks = [];
    private readonly List<StreamCursor> _cursors = [];
    private int _incarnation = feed.Incarnation;

    public StreamId StreamId => streamId;

    /// <summary>Entries of this stream below it are no longer here.</summary>
    public long Low { get; private set; } = low;

    public bool HasCursors => _cursors.Count > 0;

    public bool IsEmpty => _chunks.Count == 0;

    public void Add(PartitionChunk chunk)
    {
        Renew();
        _chunks.Add(chunk);
    }

    public void Attach(StreamCursor cursor) => _cursors.Add(cursor);

    public void Detach(StreamCursor cursor) => _cursors.Remove(cursor);

    /// <summary>Copies the entries with offsets from <paramref name="from"/> to below <paramref name="end"/>, at most so many.</summary>
    public StreamEntry[] Read(long from, long end, int limit)
    {
        Renew();
        var (chunk, index) = Find(from);
        if (chunk == _chunks.Count)
        {
            return [];
        }

        // The usual case: the cursor is at a chunk's beginning and takes all of the last one.
        var entries = _chunks[chunk].Entries;
        if (index == 0 && chunk == _chunks.Count - 1 && entries.Length <= limit && entries[^1].Offset < end)
        {
            return entries;
        }

        var result = new List<StreamEntry>(Math.Min(limit, 256));
        for (; chunk < _chunks.Count && result.Count < limit; chunk++, index = 0)
        {
            entries = _chunks[chunk].Entries;
            for (; index < entries.Length && result.Count < limit; index++)
            {
                if (entries[index].Offset >= end)
                {
                    return [.. result];
                }

                result.Add(entries[index]);
            }
        }

        return [.. result];
    }

    /// <summary>Drops what every cursor has delivered; without cursors nobody wants anything.</summary>
    public void Trim()
    {
        Renew();
        var position = long.MaxValue;
        foreach (var cursor in _cursors)
        {
            position = Math.Min(position, cursor.Position);
        }

        var count = 0;
        while (count < _chunks.Count && _chunks[count].Last < position)
        {
            var chunk = _chunks[count++];
            Low = chunk.Last + 1;
            feed.Delivered(chunk);
        }

        _chunks.RemoveRange(0, count);
    }

    /// <summary>Forgets entries that will be read again.</summary>
    public void Clear(long next)
    {
        _chunks.Clear();
        Low = next;
    }

    /// <summary>What a topic held that is no more would stand among offsets that mean something else.</summary>
    private void Renew()
    {
        if (_incarnation != feed.Incarnation)
        {
            _incarnation = feed.Incarnation;
            _chunks.ForEach(feed.Release);
            Clear(feed.Next);
        }
    }

    private (int Chunk, int Index) Find(long offset)
    {
        var chunk = 0;
        while (chunk < _chunks.Count && _chunks[chunk].Last < offset)
        {
            chunk++;
        }

        if (chunk == _chunks.Count)
        {
            return (chunk, 0);
        }

        var (low, high) = (0, _chunks[chunk].Entries.Length - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_chunks[chunk].Entries[middle].Offset < offset)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return (chunk, low);
    }
}
