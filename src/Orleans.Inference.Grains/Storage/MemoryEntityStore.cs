using Orleans.Inference.Checkpoints;

namespace Orleans.Inference.Grains.Storage;

/// <summary>States in this object: they outlive the silos that share it, and nothing else.</summary>
public sealed class MemoryEntityStore : IEntityStore
{
    // Any thread, under the lock.
    private readonly Dictionary<StateKey, Entry> _entries = [];
    private readonly Lock _lock = new();

    public bool TakesChanges => true;

    public ValueTask OpenAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask<StoredState?> ReadAsync(StateKey key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            return ValueTask.FromResult(_entries.TryGetValue(key, out var entry) ? entry.Read() : null);
        }
    }

    public ValueTask<IReadOnlyList<int>> WriteAsync(IReadOnlyList<StateWrite> writes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var refused = new RefusedWrites(writes);
        lock (_lock)
        {
            for (var index = 0; index < writes.Count; index++)
            {
                if (!refused.Contains(writes[index].Key) && !TryWrite(writes[index]))
                {
                    refused.Add(index);
                }
            }
        }

        return ValueTask.FromResult(refused.Indices());
    }

    private bool TryWrite(in StateWrite write)
    {
        if (!_entries.TryGetValue(write.Key, out var entry))
        {
            // The caller may use its key's buffer again.
            _entries.Add(write.Key with { Key = write.Key.Key.ToArray() }, entry = new Entry());
        }
        else if (entry.Version >= write.Version)
        {
            return false;
        }

        entry.Write(write);
        return true;
    }

    /// <summary>A state's last whole and the changes after it, one behind the other in a buffer that is used again for the next whole.</summary>
    private sealed class Entry
    {
        private readonly ByteWriter _bytes = new(capacity: 0);
        private readonly List<int> _ends = [];

        public long Version { get; private set; }

        public void Write(in StateWrite write)
        {
            Version = write.Version;
            if (write.IsWhole)
            {
                _bytes.Clear();
                _ends.Clear();
            }
            else if (_ends.Count == 0)
            {
                // An empty whole.
                _ends.Add(0);
            }

            _bytes.Bytes(write.Bytes.Span);
            _ends.Add(_bytes.Length);
        }

        public StoredState Read()
        {
            ReadOnlyMemory<byte> copy = _bytes.Written.ToArray();
            return new StoredState(Version, copy[.._ends[0]], [.. _ends.Skip(1).Select((end, i) => copy[_ends[i]..end])]);
        }
    }
}
