namespace Orleans.Inference.Entities;

/// <summary>
/// A growing set of key hashes: 16 bytes a hash at most, against some 40 of a HashSet. One thread adds, any may ask at the same time: a slot is written once, and a grown table is
/// published whole. A hash that is just being added may not be seen yet.
/// </summary>
public sealed class KeyHashSet
{
    private ulong[] _slots = new ulong[64];
    private bool _holdsZero;

    public int Count { get; private set; }

    public bool Contains(ulong hash)
    {
        if (hash == 0)
        {
            return Volatile.Read(ref _holdsZero);
        }

        var slots = Volatile.Read(ref _slots);
        for (var i = (int)hash & (slots.Length - 1); ; i = (i + 1) & (slots.Length - 1))
        {
            var held = Volatile.Read(ref slots[i]);
            if (held == hash || held == 0)
            {
                return held == hash;
            }
        }
    }

    public void Add(ulong hash)
    {
        if (Contains(hash))
        {
            return;
        }

        Count++;
        if (hash == 0)
        {
            // Zero marks a free slot, so it has a place of its own.
            Volatile.Write(ref _holdsZero, true);
            return;
        }

        if (Count * 4 > _slots.Length * 3)
        {
            var grown = new ulong[_slots.Length * 2];
            foreach (var held in _slots)
            {
                if (held != 0)
                {
                    Put(grown, held);
                }
            }

            Volatile.Write(ref _slots, grown);
        }

        Put(_slots, hash);
    }

    private static void Put(ulong[] slots, ulong hash)
    {
        var i = (int)hash & (slots.Length - 1);
        while (slots[i] != 0)
        {
            i = (i + 1) & (slots.Length - 1);
        }

        Volatile.Write(ref slots[i], hash);
    }
}
