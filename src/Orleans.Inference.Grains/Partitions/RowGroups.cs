using System.Numerics;
using Orleans.Inference.Events;

namespace Orleans.Inference.Grains.Partitions;

/// <summary>Groups the rows of a batch by entity, in row order: open addressing over the keys' hashes. O(1) a row; allocates nothing in steady state.</summary>
internal sealed class RowGroups(int capacity)
{
    private readonly int[] _slots = new int[(int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, capacity * 2))];
    private readonly int[] _lastRow = new int[capacity];
    private readonly List<(int FirstRow, int Count)> _groups = [];

    /// <summary>The groups found last, by first row.</summary>
    public IReadOnlyList<(int FirstRow, int Count)> Groups => _groups;

    /// <param name="batch">Its accepted rows that name an entity of the type are grouped.</param>
    /// <param name="type">Entity type.</param>
    /// <param name="next">Receives, for each row but the last of its group, the group's next row.</param>
    public void Group(EventBatch batch, int type, int[] next)
    {
        Array.Clear(_slots);
        _groups.Clear();
        var keys = batch.Keys[type];
        for (var row = 0; row < batch.Count; row++)
        {
            if (!batch.IsAccepted(row) || !keys.Present[row])
            {
                continue;
            }

            ref var slot = ref Find(batch, type, row);
            if (slot == 0)
            {
                _groups.Add((row, 1));
                slot = _groups.Count;
            }
            else
            {
                var (first, count) = _groups[slot - 1];
                next[_lastRow[slot - 1]] = row;
                _groups[slot - 1] = (first, count + 1);
            }

            _lastRow[slot - 1] = row;
        }
    }

    /// <summary>The slot of the row's entity: 0 when it is its first row, else one more than its group.</summary>
    private ref int Find(EventBatch batch, int type, int row)
    {
        var keys = batch.Keys[type];
        var mask = _slots.Length - 1;
        for (var i = (int)keys.Hashes[row] & mask; ; i = (i + 1) & mask)
        {
            ref var slot = ref _slots[i];
            if (slot == 0)
            {
                return ref slot;
            }

            var first = _groups[slot - 1].FirstRow;
            if (keys.Hashes[first] == keys.Hashes[row] && batch.KeyOf(type, first).SequenceEqual(batch.KeyOf(type, row)))
            {
                return ref slot;
            }
        }
    }
}
