using Orleans.Inference.Checkpoints;

namespace Orleans.Inference.Grains.Storage;

/// <summary>Small buffers used over and over; as many are kept as were in use at once, up to a bound. Any thread.</summary>
internal sealed class BufferPool
{
    private const int SmallestBytes = 256;
    private const int LargestKeptBytes = 16 * 1024;
    private const int MostKept = 32 * 1024;

    private readonly Lock _gate = new();
    private readonly Stack<ByteWriter> _free = new();

    public ByteWriter Rent()
    {
        lock (_gate)
        {
            return _free.TryPop(out var free) ? free : new ByteWriter(SmallestBytes);
        }
    }

    /// <summary>Takes a buffer back and forgets it where it was.</summary>
    public void Return(ref ByteWriter? buffer)
    {
        if (buffer is { Capacity: <= LargestKeptBytes } kept)
        {
            kept.Clear();
            lock (_gate)
            {
                if (_free.Count < MostKept)
                {
                    _free.Push(kept);
                }
            }
        }

        buffer = null;
    }
}
