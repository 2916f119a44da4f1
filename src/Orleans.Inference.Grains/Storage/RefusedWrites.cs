namespace Orleans.Inference.Grains.Storage;

/// <summary>The writes of one call that changed nothing: of each state the first that was refused and all after it. One thread at a time.</summary>
internal sealed class RefusedWrites(IReadOnlyList<StateWrite> writes)
{
    // First refused index of each state; made when needed, which is hardly ever.
    private Dictionary<StateKey, int>? _first;

    public bool Contains(StateKey key) => _first is not null && _first.ContainsKey(key);

    public void Add(int index)
    {
        _first ??= [];
        var key = writes[index].Key;
        _first[key] = _first.TryGetValue(key, out var first) ? Math.Min(first, index) : index;
    }

    public IReadOnlyList<int> Indices()
    {
        if (_first is null)
        {
            return [];
        }

        var indices = new List<int>();
        for (var index = 0; index < writes.Count; index++)
        {
            if (_first.TryGetValue(writes[index].Key, out var first) && first <= index)
            {
                indices.Add(index);
            }
        }

        return indices;
    }
}
