using Orleans.Inference.Entities;
using Orleans.Inference.Predictions;

namespace Orleans.Inference.Embedded.Serving;

/// <summary>
/// The pipeline's last predictions, by entity. Encoded predictions are packed into large blocks and chained newest to oldest per key hash, so that a million of them
/// are a few hundred objects. One thread adds; any may read.
/// </summary>
internal sealed class PredictionHistory(int capacity)
{
    private const int BlockBytes = 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, long> _newest = [];
    private Entry[] _entries = new Entry[1024];
    private long _count;
    private byte[] _block = new byte[BlockBytes];
    private int _used;

    /// <summary>Adds a prediction in codec form. The entries grow to the capacity, then the oldest is overwritten.</summary>
    public void Add(ulong keyHash, ReadOnlySpan<byte> prediction)
    {
        lock (_gate)
        {
            if (_used + prediction.Length > _block.Length)
            {
                (_block, _used) = (new byte[Math.Max(BlockBytes, prediction.Length)], 0);
            }

            prediction.CopyTo(_block.AsSpan(_used));
            if (_count == _entries.Length && _entries.Length < capacity)
            {
                Array.Resize(ref _entries, Math.Min(capacity, _entries.Length * 2));
            }

            var slot = (int)(_count % _entries.Length);
            if (_count >= _entries.Length && _newest.GetValueOrDefault(_entries[slot].KeyHash, -1) == _count - _entries.Length)
            {
                _newest.Remove(_entries[slot].KeyHash);
            }

            _entries[slot] = new Entry(_block, _used, prediction.Length, _newest.GetValueOrDefault(keyHash, -1), keyHash);
            _newest[keyHash] = _count++;
            _used += prediction.Length;
        }
    }

    /// <summary>An entity's last predictions, newest first.</summary>
    public IReadOnlyList<byte[]> Of(ReadOnlySpan<byte> key, int limit)
    {
        var found = new List<byte[]>();
        lock (_gate)
        {
            var at = _newest.GetValueOrDefault(XxHash64.Hash(key), -1);
            while (at >= 0 && at >= _count - _entries.Length && found.Count < limit)
            {
                var entry = _entries[at % _entries.Length];
                var prediction = entry.Block.AsSpan(entry.Start, entry.Length);
                if (PredictionCodec.Decode(prediction).Entity.SequenceEqual(key))
                {
                    found.Add(prediction.ToArray());
                }

                at = entry.Previous;
            }
        }

        return found;
    }

    private readonly record struct Entry(byte[] Block, int Start, int Length, long Previous, ulong KeyHash);
}
