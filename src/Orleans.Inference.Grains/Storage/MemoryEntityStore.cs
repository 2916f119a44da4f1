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
            return ValueTask.FromResult(_entries.TryGetValue(key, out var entry) ? new StoredState(entry.Version, entry.Whole, [.. entry.Changes]) : null);
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

    private bool TryWrite(StateWrite write)
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

        entry.Version = write.Version;
        if (write.IsWhole)
        {
            entry.Whole = write.Bytes.ToArray();
            entry.Changes.Clear();
        }
        else
        {
            entry.Changes.Add(write.Bytes.ToArray());
        }

        return true;
    }

    private sealed class Entry
    {
        public List<ReadOnlyMemory<byte>> Changes { get; } = [];

        public long Version { get; set; }

        public ReadOnlyMemory<byte> Whole { get; set; }
    }
}
