using Orleans.Streams;

namespace Orleans.Inference.Streams.Kafka;

/// <summary>
/// Where one consumer of a stream stands. Each move makes one batch of what there is, so batches grow with load. Moving on is how the pulling
/// agent says that the batch before was delivered. Touched in the pulling agent's turns.
/// </summary>
/// <remarks>
/// A cursor made from a token first gives the batch that the token names: a delivered one, which the consumer recognises and skips, or an empty
/// one before the record where a subscription starts. Orleans' agent takes the first batch after such a request for one already processed.
/// </remarks>
internal sealed class StreamCursor : IQueueCacheCursor
{
    private readonly StreamLane _lane;
    private readonly PartitionFeed _feed;
    private readonly int _limit;
    private KafkaSequenceToken? _named;
    private KafkaBatchContainer? _current;
    private StreamEntry[] _entries = [];
    private long _next;
    private long _singlyUntil;
    private int _incarnation;

    /// <param name="lane">The stream.</param>
    /// <param name="feed">Takes records that cannot be delivered.</param>
    /// <param name="next">The first offset to be delivered.</param>
    /// <param name="named">The batch to be given first, or null.</param>
    /// <param name="limit">Records in a batch, at most.</param>
    public StreamCursor(StreamLane lane, PartitionFeed feed, long next, KafkaSequenceToken? named, int limit)
    {
        (_lane, _feed, _next, _named, _limit) = (lane, feed, next, named, limit);
        _incarnation = feed.Incarnation;
        lane.Attach(this);
    }

    /// <summary>Everything below is delivered.</summary>
    public long Position => _incarnation != _feed.Incarnation ? 0 : _entries.Length > 0 ? _entries[0].Offset : _next;

    public bool MoveNext()
    {
        _current = null;
        if (_incarnation != _feed.Incarnation)
        {
            (_incarnation, _next, _singlyUntil, _named) = (_feed.Incarnation, 0, 0, null);
        }

        if (_named is { } named)
        {
            _named = null;
            var end = named.SequenceNumber + named.EventIndex;
            Take(_lane.Read(_next, end, int.MaxValue), named);
            _next = Math.Max(_next, end);
        }
        else
        {
            var entries = _lane.Read(_next, long.MaxValue, _next < _singlyUntil ? 1 : _limit);
            _entries = entries;
            if (entries.Length > 0)
            {
                var first = entries[0].Offset;
                _next = entries[^1].Offset + 1;
                Take(entries, new KafkaSequenceToken(first, checked((int)(_next - first))));
            }
        }

        _lane.Trim();
        return _current is not null;
    }

    public IBatchContainer? GetCurrent(out Exception? exception)
    {
        exception = null;
        return _current;
    }

    /// <summary>A batch that fails is delivered again record by record, so that only those that fail alone become dead letters.</summary>
    public void RecordDeliveryFailure()
    {
        if (_incarnation != _feed.Incarnation)
        {
            return;
        }

        if (_entries.Length == 1)
        {
            _feed.Undeliverable(_lane.StreamId, _entries[0].Record);
        }
        else if (_entries.Length > 1)
        {
            (_next, _singlyUntil) = (_entries[0].Offset, _entries[^1].Offset + 1);
            (_entries, _current) = ([], null);
        }
    }

    public void Refresh(StreamSequenceToken token)
    {
        // The position is an offset: it needs no anchor in the cache.
    }

    public void Dispose()
    {
        _entries = [];
        _lane.Detach(this);
        _feed.Abandoned(_lane);
    }

    private void Take(StreamEntry[] entries, KafkaSequenceToken token)
    {
        _entries = entries;
        long[]? offsets = null;
        if (entries.Length > 0 && entries[^1].Offset - token.SequenceNumber != entries.Length - 1)
        {
            offsets = Array.ConvertAll(entries, entry => entry.Offset);
        }

        _current = new KafkaBatchContainer(_lane.StreamId, token, Array.ConvertAll(entries, entry => entry.Event), offsets);
    }
}
