using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Orleans.Inference.Grains.Entities;

/// <summary>A pipeline's entities in one silo's memory, by type and key: for readers that need no turn of the grain, and to find the idle ones. Any thread.</summary>
internal sealed class ActiveEntities
{
    private readonly ConcurrentDictionary<byte[], EntityGrain>[] _byKey;
    private int _sweep;

    public ActiveEntities(int entityTypes)
    {
        _byKey = [.. Enumerable.Range(0, entityTypes).Select(_ => new ConcurrentDictionary<byte[], EntityGrain>(EntityKeyComparer.Instance))];
    }

    public void Add(int entityType, EntityGrain grain) => _byKey[entityType][grain.Entity.Key] = grain;

    public void Remove(int entityType, EntityGrain grain) =>
        _byKey[entityType].TryRemove(KeyValuePair.Create(grain.Entity.Key, grain));

    public bool TryGet(int entityType, ReadOnlySpan<byte> key, [NotNullWhen(true)] out LiveEntity? entity)
    {
        var found = _byKey[entityType].GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out var grain);
        entity = grain?.Entity;
        return found && entity is not null;
    }

    /// <summary>Entities that exist; one that was only asked for does not count.</summary>
    public long CountOf(int entityType) => _byKey[entityType].Count(pair => pair.Value.Entity.Exists);

    /// <summary>The number of the present sweep: what an entity notes when it is used. A clock would cost a part of every call.</summary>
    public int Sweep => Volatile.Read(ref _sweep);

    /// <summary>Begins the next sweep and lets go of entities that have not been used in the last ones.</summary>
    /// <param name="sweeps">How many.</param>
    public void DeactivateIdle(int sweeps)
    {
        var before = Interlocked.Increment(ref _sweep) - sweeps;
        foreach (var type in _byKey)
        {
            foreach (var (_, grain) in type)
            {
                if (grain.Entity.UsedIn < before)
                {
                    grain.Deactivate();
                }
            }
        }
    }

    /// <summary>Moves entities whose home is another silo, not many at a time; how many it has moved.</summary>
    public int MoveMisplaced(EntityHomes homes, int most)
    {
        var moved = 0;
        foreach (var type in _byKey)
        {
            foreach (var (_, grain) in type)
            {
                if (grain.HomeOf(homes) is var home && !home.Equals(homes.Silo))
                {
                    grain.Move(home);
                    if (++moved == most)
                    {
                        return moved;
                    }
                }
            }
        }

        return moved;
    }
}
