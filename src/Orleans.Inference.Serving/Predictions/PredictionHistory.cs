using Orleans.Inference.Entities;
using Orleans.Inference.Predictions;

namespace Orleans.Inference.Serving.Predictions;

/// <summary>
/// The pipeline's last predictions, by entity. Encoded predictions lie packed in large blocks that are used again, and are chained newest to oldest per bucket of key
/// hashes: some hundred objects for a million predictions, which the collector need not look into. Any thread.
/// </summary>
public sealed class PredictionHistory
{
    private const int BlockBytes = 1024 * 1024;
    private const int SegmentEntries = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly int _capacity;
    private readonly Entry[]?[] _segments;
    private readonly List<byte[]> _blocks = [new byte[BlockBytes]];
    private readonly Queue<int> _freeBlocks = new();

    // Per bucket, one more than the number of its newest entry; 0 while it has none.
    private readonly long[] _newest;
    private long _count;
    private int _block;
    private int _used;

    public PredictionHistory(int capacity)
    {
        _capacity = capacity;
        _segments = new Entry[]?[(capacity + SegmentEntries - 1) / SegmentEntries];
        _newest = new long[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)capacity)];
    }

    /// <summary>Adds a prediction in codec form; when the capacity is reached the oldest gives way. O(1).</summary>
    public void Add(ulong keyHash, ReadOnlySpan<byte> prediction)
    {
        lock (_gate)
        {
            if (_used + prediction.Length > _blocks[_block].Length)
            {
                NextBlock(prediction.Length);
            }

            prediction.CopyTo(_blocks[_block].AsSpan(_used));
            ref var entry = ref EntryOf(_count);
            if (_count >= _capacity && EntryOf(_count - _capacity + 1) is var next && next.Block != entry.Block && _capacity > 1)
            {
                _freeBlocks.Enqueue(entry.Block);
            }

            ref var newest = ref _newest[(int)keyHash & (_newest.Length - 1)];
            entry = new Entry(_block, _used, prediction.Length, newest);
            newest = ++_count;
            _used += prediction.Length;
        }
    }

    /// <summary>An entity's last predictions, newest first.</summary>
    public IReadOnlyList<byte[]> Of(ReadOnlySpan<byte> key, int limit)
    {
        var found = new List<byte[]>();
        lock (_gate)
        {
            var at = _newest[(int)XxHash64.Hash(key) & (_newest.Length - 1)] - 1;
            while (at >= 0 && at >= _count - _capacity && found.Count < limit)
            {
                var entry = EntryOf(at);
                var prediction = _blocks[entry.Block].AsSpan(entry.Start, entry.Length);
                if (PredictionCodec.Decode(prediction).Entity.SequenceEqual(key))
                {
                    found.Add(prediction.ToArray());
                }

                at = entry.Previous - 1;
            }
        }

        return found;
    }

    private ref Entry EntryOf(long number)
    {
        var slot = (int)(number % _capacity);
        var segment = _segments[slot / SegmentEntries] ??= new Entry[Math.Min(_capacity, SegmentEntries)];
        return ref segment[slot % SegmentEntries];
    }

    private void NextBlock(int length)
    {
        _used = 0;
        if (_freeBlocks.TryDequeue(out _block))
        {
            if (_blocks[_block].Length < length)
            {
                _blocks[_block] = new byte[length];
            }

            return;
        }

        _block = _blocks.Count;
        _blocks.Add(new byte[Math.Max(BlockBytes, length)]);
    }

    /// <param name="Block">Index of the block that holds the bytes.</param>
    /// <param name="Start">Where they start there.</param>
    /// <param name="Length">How many they are.</param>
    /// <param name="Previous">One more than the number of the bucket's entry before this one; 0 when there is none.</param>
    private readonly record struct Entry(int Block, int Start, int Length, long Previous);
}
