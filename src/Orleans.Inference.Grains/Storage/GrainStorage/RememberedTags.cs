using System.Collections.Concurrent;

namespace Orleans.Inference.Grains.Storage.GrainStorage;

/// <summary>
/// The tag and version that this silo last saw of a state, so that most writes need no reading before. Bounded: it forgets everything when full, which costs a
/// reading a state. Any thread.
/// </summary>
internal sealed class RememberedTags(int limit)
{
    private readonly ConcurrentDictionary<StateKey, (string? Tag, long Version)> _tags = new();

    public bool TryGet(StateKey key, out string? tag, out long version)
    {
        var found = _tags.TryGetValue(key, out var entry);
        (tag, version) = entry;
        return found;
    }

    public void Set(StateKey key, string? tag, long version)
    {
        if (_tags.Count >= limit)
        {
            _tags.Clear();
        }

        _tags[key with { Key = key.Key.ToArray() }] = (tag, version);
    }

    public void Forget(StateKey key) => _tags.TryRemove(key, out _);
}
