using Orleans.Inference.Delivery;
using Orleans.Inference.Events;

namespace Orleans.Inference.Serving.Inputs;

/// <summary>
/// One source partition: what the source's thread has brought and the sequencer has not taken yet. Whatever came together is taken together, so batches grow
/// with load and never wait for company.
/// </summary>
public sealed class PartitionInput(int partition, long nextOffset, InputClock clock, bool isBehind, int batchLimit, RecordBatchPool pool)
{
    private const int MaxWaitingBatches = 4;
    private const int MaxBatchBytes = 4 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<RecordBatch> _waiting = new();
    private RecordBatch _filling = pool.Rent();
    private long _nextToReceive = nextOffset;
    private bool _hasRefused;

    public int Partition { get; } = partition;

    /// <summary>Sequencer only.</summary>
    public InputClock Clock = clock;

    /// <summary>Offset after the last record sequenced. Sequencer only.</summary>
    public long NextOffset { get; set; } = nextOffset;

    /// <summary>The partition holds records that the source has not brought yet.</summary>
    public bool IsBehind { get; private set; } = isBehind;

    public bool HasRecords
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count > 0 || _filling.Count > 0;
            }
        }
    }

    /// <summary>Nothing waits, and the source has brought everything the partition holds. Both as of one moment: the source may be bringing the last records now.</summary>
    public bool IsExhausted
    {
        get
        {
            lock (_gate)
            {
                return !IsBehind && _waiting.Count == 0 && _filling.Count == 0;
            }
        }
    }

    /// <summary>Takes a record from the source's thread; false when the queue is full. A record that came before is taken and forgotten.</summary>
    public bool TryAdd(in SourceRecord record)
    {
        lock (_gate)
        {
            if (record.Offset < _nextToReceive)
            {
                return true;
            }

            if (_filling.Count == batchLimit || _filling.ByteCount > MaxBatchBytes)
            {
                if (_waiting.Count == MaxWaitingBatches)
                {
                    _hasRefused = true;
                    IsBehind = true;
                    return false;
                }

                _waiting.Enqueue(_filling);
                _filling = pool.Rent();
            }

            _filling.Add(record);
            _nextToReceive = record.Offset + 1;
            return true;
        }
    }

    /// <summary>The source has brought everything the partition holds.</summary>
    public void ReachedEnd()
    {
        lock (_gate)
        {
            IsBehind = _hasRefused;
        }
    }

    /// <summary>Takes what waits, up to a batch; null when there is nothing. <paramref name="resume"/> says that the source waits for room.</summary>
    public RecordBatch? Take(out bool resume)
    {
        lock (_gate)
        {
            resume = _hasRefused;
            _hasRefused = false;
            if (_waiting.TryDequeue(out var batch))
            {
                return batch;
            }

            if (_filling.Count == 0)
            {
                return null;
            }

            batch = _filling;
            _filling = pool.Rent();
            return batch;
        }
    }

    /// <summary>Puts back, at the front, the records of a batch from an index on.</summary>
    public void PutBack(RecordBatch batch, int from)
    {
        var rest = pool.Rent();
        batch.CopyTo(rest, from, batch.Count);
        lock (_gate)
        {
            var later = _waiting.ToArray();
            _waiting.Clear();
            _waiting.Enqueue(rest);
            foreach (var other in later)
            {
                _waiting.Enqueue(other);
            }
        }
    }
}
