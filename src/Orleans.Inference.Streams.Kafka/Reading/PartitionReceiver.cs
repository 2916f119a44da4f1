using Orleans.Streams;

namespace Orleans.Inference.Streams.Kafka;

/// <summary>A partition as a queue: waits for records instead of being asked again and again, and makes chunks of them. The pulling agent's.</summary>
internal sealed class PartitionReceiver(
    PartitionFeed feed, TopicReader reader, PartitionDecoder decoder, StreamNaming naming, TimeProvider time) : IQueueAdapterReceiver
{
    /// <summary>Well below the half hour after which an agent forgets a stream without records.</summary>
    private static readonly TimeSpan AnnounceInterval = TimeSpan.FromMinutes(5);

    private bool _isStarted;
    private long _announcedAt;

    public Task Initialize(TimeSpan timeout)
    {
        reader.Attach(feed);
        return Task.CompletedTask;
    }

    public Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount) => GetQueueMessagesAsync(maxCount, CancellationToken.None);

    /// <summary>Comes back with records as soon as there are some, and without after the poll timeout.</summary>
    public async Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount, CancellationToken cancellationToken)
    {
        if (!await decoder.SettleAsync(cancellationToken)
            || !await feed.WaitAsync(!_isStarted, cancellationToken)
            || !(_isStarted = _isStarted || feed.TryStart()))
        {
            return Announcement();
        }

        while (!cancellationToken.IsCancellationRequested)
        {
            var records = feed.Take(maxCount);
            if (records.Count == 0)
            {
                return Announcement();
            }

            if (records[0].Offset < feed.Next)
            {
                reader.WarnBegunAnew(feed, records[0].Offset);
                feed.BeginAnew(records[0].Offset);
            }

            var chunks = decoder.Decode(records);
            if (chunks.Count > 0)
            {
                return chunks;
            }
        }

        return [];
    }

    public Task MessagesDeliveredAsync(IList<IBatchContainer> messages) => Task.CompletedTask;

    public async Task Shutdown(TimeSpan timeout)
    {
        decoder.Stop();
        await reader.DetachAsync(feed).WaitAsync(timeout, time);
    }

    /// <summary>
    /// A partition's one stream is known before its first record, so consumers can be activated and subscriptions can start further back although
    /// nothing comes.
    /// </summary>
    private IList<IBatchContainer> Announcement()
    {
        if (!_isStarted || naming.StreamKey != KafkaStreamKey.Partition || (_announcedAt != 0 && time.GetElapsedTime(_announcedAt) < AnnounceInterval))
        {
            return [];
        }

        _announcedAt = time.GetTimestamp();
        return [new PartitionChunk(naming.StreamOf(feed.Partition), [], feed.Next, feed.Generation, inFlight: null)];
    }
}
