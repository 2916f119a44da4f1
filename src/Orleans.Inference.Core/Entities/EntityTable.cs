using Orleans.Inference.Windows;

namespace Orleans.Inference.Entities;

/// <summary>
/// The entities of one type in one shard, by key: open addressing with linear probing. One thread writes; any thread may look up at the same time, because
/// a slot's entity is complete before it is published and a grown table is published whole.
/// </summary>
public sealed class EntityTable
{
    private readonly FoldPlan _plan;
    private readonly EntityState _removed;
    private Slots _slots = new(64);
    private int _removedCount;

    internal EntityTable(FoldPlan plan)
    {
        _plan = plan;
        _removed = new EntityState([], 0, plan);
    }

    /// <summary>Entities held.</summary>
    public int Count { get; private set; }

    /// <summary>Number of slots, for walking the table piece by piece.</summary>
    public int SlotCount => _slots.Entities.Length;

    /// <summary>The entity in a slot, or null.</summary>
    public EntityState? At(int slot) => ReferenceEquals(_slots.Entities[slot], _removed) ? null : _slots.Entities[slot];

    /// <summary>Finds an entity. Any thread. O(1).</summary>
    public EntityState? Find(ulong hash, ReadOnlySpan<byte> key)
    {
        var slots = Volatile.Read(ref _slots);
        var mask = slots.Entities.Length - 1;
        for (var i = (int)hash & mask; ; i = (i + 1) & mask)
        {
            var entity = Volatile.Read(ref slots.Entities[i]);
            if (entity is null)
            {
                return null;
            }

            if (slots.Hashes[i] == hash && !ReferenceEquals(entity, _removed) && entity.Key.AsSpan().SequenceEqual(key))
            {
                return entity;
            }
        }
    }

    /// <summary>Adds an entity that is not there yet. Owner only.</summary>
    public EntityState Add(ulong hash, ReadOnlySpan<byte> key)
    {
        if ((Count + _removedCount + 1) * 2 > _slots.Entities.Length)
        {
            Rehash((Count + 1) * 4 > _slots.Entities.Length ? _slots.Entities.Length * 2 : _slots.Entities.Length);
        }

        var entity = Create(hash, key);
        Put(_slots, entity);
        Count++;
        return entity;
    }

    /// <summary>An entity that is in no table, for work on copies.</summary>
    public EntityState Create(ulong hash, ReadOnlySpan<byte> key) => new(key.ToArray(), hash, _plan);

    /// <summary>Removes an entity. Owner only. O(1).</summary>
    public void Remove(EntityState entity)
    {
        var mask = _slots.Entities.Length - 1;
        var i = (int)entity.Hash & mask;
        while (!ReferenceEquals(_slots.Entities[i], entity))
        {
            i = (i + 1) & mask;
        }

        // A removed marker keeps the probe sequences of others whole, also for readers on the way.
        _slots.Hashes[i] = 0;
        Volatile.Write(ref _slots.Entities[i], _removed);
        Count--;
        _removedCount++;
    }

    private void Rehash(int capacity)
    {
        var slots = new Slots(capacity);
        foreach (var entity in _slots.Entities)
        {
            if (entity is not null && !ReferenceEquals(entity, _removed))
            {
                Put(slots, entity);
            }
        }

        _removedCount = 0;
        Volatile.Write(ref _slots, slots);
    }

    private static void Put(Slots slots, EntityState entity)
    {
        var mask = slots.Entities.Length - 1;
        var i = (int)entity.Hash & mask;
        while (slots.Entities[i] is not null)
        {
            i = (i + 1) & mask;
        }

        slots.Hashes[i] = entity.Hash;
        Volatile.Write(ref slots.Entities[i], entity);
    }

    private sealed class Slots(int capacity)
    {
        public readonly EntityState?[] Entities = new EntityState?[capacity];
        public readonly ulong[] Hashes = new ulong[capacity];
    }
}
