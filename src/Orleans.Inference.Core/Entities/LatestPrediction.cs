namespace Orleans.Inference.Entities;

/// <summary>
/// An entity's latest prediction in codec form, in a buffer that is written over and over: a new array for every event would make the collector walk all entities again and
/// again. One thread writes, any may read at the same time: an odd version means that a write is under way, and a reader whose version has changed meanwhile reads
/// again (a seqlock; L. Lamport, "Concurrent reading and writing", 1977).
/// </summary>
public sealed class LatestPrediction
{
    private byte[] _bytes = [];
    private int _length;
    private int _version;

    /// <summary>Changes with every write; 0 before the first.</summary>
    public int Version => Volatile.Read(ref _version);

    /// <summary>The bytes, for the writing thread alone.</summary>
    public ReadOnlySpan<byte> Own => _bytes.AsSpan(0, _length);

    /// <summary>Replaces the prediction. The writing thread.</summary>
    public void Write(ReadOnlySpan<byte> prediction)
    {
        Volatile.Write(ref _version, _version + 1);
        Interlocked.MemoryBarrier();
        if (prediction.Length > _bytes.Length)
        {
            _bytes = new byte[prediction.Length];
        }

        prediction.CopyTo(_bytes);
        _length = prediction.Length;
        Volatile.Write(ref _version, _version + 1);
    }

    /// <summary>A copy, or null before the first prediction. Any thread.</summary>
    public byte[]? Read()
    {
        var spinner = default(SpinWait);
        while (true)
        {
            var version = Volatile.Read(ref _version);
            if (version == 0)
            {
                return null;
            }

            // The two may not belong together; then the version has changed.
            var bytes = Volatile.Read(ref _bytes);
            var length = Math.Min(Volatile.Read(ref _length), bytes.Length);
            if ((version & 1) == 0)
            {
                var copy = bytes.AsSpan(0, length).ToArray();
                Interlocked.MemoryBarrier();
                if (Volatile.Read(ref _version) == version)
                {
                    return copy;
                }
            }

            spinner.SpinOnce();
        }
    }
}
