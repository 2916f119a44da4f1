using Microsoft.Win32.SafeHandles;
using Orleans.Inference.Checkpoints;

namespace Orleans.Inference.Storage.Order;

/// <summary>One file of the journal: entries one after the other, nothing else. Written by the sequencer alone.</summary>
internal sealed class JournalFile : IDisposable
{
    private readonly SafeFileHandle _handle;

    /// <summary>
    /// Opens or creates the file and cuts off what follows its last whole entry, so that new entries are not hidden behind it.
    /// </summary>
    public JournalFile(string path)
    {
        Path = path;
        _handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            foreach (var run in Read())
            {
                LastSequence = Math.Max(LastSequence, run.Sequence);
                Length += OrderEntry.Length;
            }

            RandomAccess.SetLength(_handle, Length);
        }
        catch
        {
            _handle.Dispose();
            throw;
        }
    }

    public string Path { get; }

    /// <summary>Bytes of whole entries.</summary>
    public long Length { get; private set; }

    /// <summary>The largest sequence number in it; long.MinValue when it is empty.</summary>
    public long LastSequence { get; private set; } = long.MinValue;

    /// <summary>All entries up to the first that is torn or corrupt.</summary>
    public List<OrderedRun> Read()
    {
        var bytes = new byte[RandomAccess.GetLength(_handle)];
        var length = 0;
        for (int read; length < bytes.Length; length += read)
        {
            read = RandomAccess.Read(_handle, bytes.AsSpan(length), length);
            if (read == 0)
            {
                break;
            }
        }

        var runs = new List<OrderedRun>(length / OrderEntry.Length);
        var rest = bytes.AsSpan(0, length);
        while (OrderEntry.TryRead(rest, out var run))
        {
            runs.Add(run);
            rest = rest[OrderEntry.Length..];
        }

        return runs;
    }

    /// <summary>One system call. After a failure the entry's place is written again by the next one.</summary>
    public void Append(OrderedRun run)
    {
        Span<byte> entry = stackalloc byte[OrderEntry.Length];
        OrderEntry.Write(run, entry);
        RandomAccess.Write(_handle, entry, Length);
        Length += OrderEntry.Length;
        LastSequence = Math.Max(LastSequence, run.Sequence);
    }

    public void Dispose() => _handle.Dispose();
}
