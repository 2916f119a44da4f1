using System.Diagnostics.CodeAnalysis;
using Orleans.Streams;

namespace Orleans.Inference.Streams.Kafka;

/// <summary>
/// What has been read of a partition and not yet delivered, by stream. Nothing is kept after delivery: a subscription that starts further back
/// makes the partition be read again from there. Touched in the pulling agent's turns.
/// </summary>
/// <remarks>It never reports pressure: a full partition is paused at its source (<see cref="PartitionFeed.IsFull"/>), which costs no timer ticks.</remarks>
internal sealed class PartitionCache(PartitionFeed feed, int maxBatchRecords) : IQueueCache
{
    private readonly Dictionary<StreamId, StreamLane> _lanes = [];

    public int GetMaxAddCount() => maxBatchRecords;

    public bool IsUnderPressure() => false;

    public void AddToCache(IList<IBatchContainer> messages)
    {
        foreach (var message in messages)
        {
            if (message is PartitionChunk { Entries.Length: > 0 } chunk && chunk.Generation == feed.Generation)
            {
                LaneOf(chunk.StreamId, chunk.SequenceToken.SequenceNumber).Add(chunk);
            }
        }
    }

    /// <summary>Drops what streams without consumers have left; deliveries are noted as cursors move, so there is nothing to report.</summary>
    public bool TryPurgeFromCache([MaybeNullWhen(false)] out IList<IBatchContainer> purgedItems)
    {
        foreach (var lane in feed.TakeAbandoned())
        {
            lane.Trim();
            if (!lane.HasCursors && lane.IsEmpty && _lanes.GetValueOrDefault(lane.StreamId) == lane)
            {
                _lanes.Remove(lane.StreamId);
            }
        }

        purgedItems = null;
        return false;
    }

    /// <param name="streamId">The stream.</param>
    /// <param name="token">Null: from the next record on.</param>
    /// <exception cref="ArgumentException">The token is not of this provider.</exception>
    public IQueueCacheCursor GetCacheCursor(StreamId streamId, StreamSequenceToken? token)
    {
        if (token is null)
        {
            return new StreamCursor(LaneOf(streamId, feed.Next), feed, feed.Next, named: null, maxBatchRecords);
        }

        if (token is not KafkaSequenceToken place)
        {
            throw new ArgumentException($"A {token.GetType().Name} is no place in a Kafka partition; use a {nameof(KafkaSequenceToken)}.", nameof(token));
        }

        var lane = LaneOf(streamId, feed.Next);
        var isBatch = place.EventIndex > 0;
        if (!isBatch && place.SequenceNumber < lane.Low && place.SequenceNumber < feed.Next)
        {
            ReadAgain(place.SequenceNumber);
        }

        // A batch that is still to be read has not been delivered, so it is nothing to skip.
        var named = isBatch && place.SequenceNumber >= feed.Next ? null : place;
        return new StreamCursor(lane, feed, place.SequenceNumber, named, maxBatchRecords);
    }

    private void ReadAgain(long offset)
    {
        var from = feed.ReadAgain(offset);
        foreach (var lane in _lanes.Values)
        {
            lane.Clear(from);
        }
    }

    private StreamLane LaneOf(StreamId streamId, long low)
    {
        if (!_lanes.TryGetValue(streamId, out var lane))
        {
            _lanes.Add(streamId, lane = new StreamLane(streamId, feed, low));
            feed.Abandoned(lane);
        }

        return lane;
    }
}
