
namespace Orleans.Inference.Streams.Kafka;

/// <summary>
/// One partition between the reader's thread, which fills it, and the pulling agent, which takes from it. What is marked as the agent's is
/// touched in its turns only; the rest is under the lock.
/// </summary>
internal sealed class PartitionFeed(int partition, KafkaStreamOptions options, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly HashSet<StreamLane> _abandoned = [];
    private readonly Dictionary<(StreamId Stream, long Offset), KafkaRecord> _undeliverable = [];
    private readonly DeliveredOffsets _delivered = new(0);
    private List<KafkaRecord> _waiting = [];
    private TaskCompletionSource<bool>? _waiter;
    private long? _readAgainFrom;
    private long _start = -1;
    private int _generation;
    private long _records;
    private long _bytes;
    private long _committable = -1;

    public int Partition => partition;

    /// <summary>Counts how often reading has started again; what was read before is void.</summary>
    public int Generation => Volatile.Read(ref _generation);

    /// <summary>The agent's: the next offset to be taken.</summary>
    public long Next { get; private set; }

    /// <summary>The agent's: counts how often the topic has begun anew; offsets of an earlier one mean nothing.</summary>
    public int Incarnation { get; private set; }

    /// <summary>The offset that may be committed, or -1 before there is one. Any thread.</summary>
    public long Committable => Interlocked.Read(ref _committable);

    /// <summary>Whether the partition is to be paused. Any thread.</summary>
    public bool IsFull => Interlocked.Read(ref _records) >= options.CacheRecords || Interlocked.Read(ref _bytes) >= options.CacheBytes;

    /// <summary>Whether a paused partition may go on. Any thread.</summary>
    public bool HasRoom => Interlocked.Read(ref _records) <= options.CacheRecords / 2 && Interlocked.Read(ref _bytes) <= options.CacheBytes / 2;

    /// <summary>Records in hand and in the cache. Any thread.</summary>
    public long Held => Interlocked.Read(ref _records);

    /// <summary>The reader's: records have come, at least one.</summary>
    public void Offer(List<KafkaRecord> records, int generation)
    {
        long bytes = 0;
        foreach (var record in records)
        {
            bytes += record.Size;
        }

        TaskCompletionSource<bool>? waiter;
        lock (_gate)
        {
            if (generation != _generation)
            {
                return;
            }

            _start = _start < 0 ? records[0].Offset : _start;
            _waiting.AddRange(records);
            Hold(records.Count, bytes);
            waiter = _waiter;
        }

        waiter?.TrySetResult(true);
    }

    /// <summary>The reader's: the next record will have this offset or a higher one.</summary>
    public void ReachedEnd(long offset, int generation)
    {
        TaskCompletionSource<bool>? waiter = null;
        lock (_gate)
        {
            if (_start < 0 && generation == _generation)
            {
                _start = offset;
                waiter = _waiter;
            }
        }

        waiter?.TrySetResult(true);
    }

    /// <summary>The reader's: where to read again, if it is to.</summary>
    public bool TryTakeReadAgain(out long offset, out int generation)
    {
        lock (_gate)
        {
            offset = _readAgainFrom ?? -1;
            generation = _generation;
            _readAgainFrom = null;
            return offset >= 0;
        }
    }

    /// <summary>The reader's: that could not be done yet.</summary>
    public void PutBackReadAgain(long offset)
    {
        lock (_gate)
        {
            _readAgainFrom ??= offset;
        }
    }

    /// <summary>The agent's: waits for records, or for the partition's first position; false after <see cref="KafkaStreamOptions.PollTimeout"/>.</summary>
    public async Task<bool> WaitAsync(bool forStart, CancellationToken cancellationToken)
    {
        var waiter = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_waiting.Count > 0 || (forStart && _start >= 0))
            {
                return true;
            }

            _waiter = waiter;
        }

        using var timer = time.CreateTimer(static state => GiveUp(state), waiter, options.PollTimeout, Timeout.InfiniteTimeSpan);
        using var cancelled = cancellationToken.UnsafeRegister(static state => GiveUp(state), waiter);
        var result = await waiter.Task;
        lock (_gate)
        {
            _waiter = null;
        }

        return result;
    }

    /// <summary>The agent's: true when the partition's first position is known; <see cref="Next"/> is it then.</summary>
    public bool TryStart()
    {
        lock (_gate)
        {
            if (_start < 0)
            {
                return false;
            }
        }

        Next = _start;
        _delivered.Forget(_start);

        // With this the group goes on from here, also when the partition moves before its first record.
        Publish();
        return true;
    }

    /// <summary>The agent's: takes what has come, in the partition's order.</summary>
    public IReadOnlyList<KafkaRecord> Take(int limit)
    {
        lock (_gate)
        {
            if (_waiting.Count == 0)
            {
                return [];
            }

            var records = _waiting;
            if (records.Count <= limit)
            {
                _waiting = new List<KafkaRecord>(Math.Min(limit, 64));
            }
            else
            {
                _waiting = records.GetRange(limit, records.Count - limit);
                records.RemoveRange(limit, records.Count - limit);
            }

            return records;
        }
    }

    /// <summary>
    /// The agent's: the partition gives offsets that were passed long ago, because the topic has been made anew or has lost its end. What comes
    /// is new, whatever its offset.
    /// </summary>
    public void BeginAnew(long offset)
    {
        Incarnation++;
        Next = offset;
        _delivered.Forget(offset);
        Publish();
    }

    /// <summary>The agent's: these records are in flight until they are delivered.</summary>
    public DeliveredOffsets.InFlight Begin(long first) => _delivered.Begin(first);

    /// <summary>The agent's: everything below has been taken.</summary>
    public void TakenTo(long next)
    {
        Next = next;
        _delivered.ReadTo(next);
        Publish();
    }

    /// <summary>The agent's.</summary>
    public void Delivered(PartitionChunk chunk)
    {
        Release(chunk);
        _delivered.Complete(chunk.InFlight!);
        Publish();
    }

    /// <summary>The agent's: gives up the chunk's place in memory.</summary>
    public void Release(PartitionChunk chunk)
    {
        long bytes = 0;
        foreach (var entry in chunk.Entries)
        {
            bytes += entry.Record.Size;
        }

        Hold(-chunk.Entries.Length, -bytes);
    }

    /// <summary>The agent's: a record that could not be read is in the dead-letter topic.</summary>
    public void Delivered(DeliveredOffsets.InFlight inFlight, KafkaRecord record, int generation)
    {
        _delivered.Complete(inFlight);
        if (generation == Generation)
        {
            Hold(-1, -record.Size);
        }

        Publish();
    }

    /// <summary>The agent's: reads again from the offset, or from the lowest in flight, which is lost otherwise.</summary>
    /// <returns>Where reading goes on.</returns>
    public long ReadAgain(long offset)
    {
        var from = Math.Min(offset, _delivered.Position);
        _delivered.StartAgain(from);
        Next = from;
        lock (_gate)
        {
            _readAgainFrom = from;
            Interlocked.Increment(ref _generation);
            _waiting = [];
            Interlocked.Exchange(ref _records, 0);
            Interlocked.Exchange(ref _bytes, 0);
        }

        return from;
    }

    /// <summary>The agent's: a record that no try could deliver, until the failure handler takes it.</summary>
    public void Undeliverable(StreamId streamId, KafkaRecord record) => _undeliverable[(streamId, record.Offset)] = record;

    /// <summary>The agent's.</summary>
    public KafkaRecord? TakeUndeliverable(StreamId streamId, long offset) =>
        _undeliverable.Remove((streamId, offset), out var record) ? record : null;

    /// <summary>The agent's: the stream has a cursor less, or is new and has none yet.</summary>
    public void Abandoned(StreamLane lane) => _abandoned.Add(lane);

    /// <summary>The agent's.</summary>
    public IReadOnlyList<StreamLane> TakeAbandoned()
    {
        if (_abandoned.Count == 0)
        {
            return [];
        }

        StreamLane[] lanes = [.. _abandoned];
        _abandoned.Clear();
        return lanes;
    }

    private static void GiveUp(object? waiter) => ((TaskCompletionSource<bool>)waiter!).TrySetResult(false);

    private void Publish() => Interlocked.Exchange(ref _committable, _delivered.Committable);

    private void Hold(long records, long bytes)
    {
        Interlocked.Add(ref _records, records);
        Interlocked.Add(ref _bytes, bytes);
    }
}
