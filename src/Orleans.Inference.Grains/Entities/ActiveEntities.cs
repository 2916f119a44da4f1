using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Orleans.Inference.Entities;

namespace Orleans.Inference.Grains.Entities;

/// <summary>A pipeline's entities in one silo's memory, by type and key: for readers that need no turn of the grain, and to find the idle ones. Any thread.</summary>
internal sealed class ActiveEntities
{
    private readonly ConcurrentDictionary<byte[], EntityGrain>[] _byKey;

    public ActiveEntities(int entityTypes)
    {
        _byKey = [.. Enumerable.Range(0, entityTypes).Select(_ => new ConcurrentDictionary<byte[], EntityGrain>(new KeyComparer()))];
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

    /// <summary>Lets go of entities not used since a moment, in the silo's ticks.</summary>
    public void DeactivateIdle(long before)
    {
        foreach (var type in _byKey)
        {
            foreach (var (_, grain) in type)
            {
                if (grain.Entity.TouchedAt < before)
                {
                    grain.Deactivate();
                }
            }
        }
    }

    /// <summary>Moves entities whose home is another silo; not many at a time.</summary>
    public void MoveMisplaced(EntityHomes homes, int most)
    {
        foreach (var type in _byKey)
        {
            foreach (var (_, grain) in type)
            {
                if (grain.HomeOf(homes) is var home && !home.Equals(homes.Silo))
                {
                    grain.Move(home);
                    if (--most == 0)
                    {
                        return;
                    }
                }
            }
        }
    }

    private sealed class KeyComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate) => (int)XxHash64.Hash(alternate);

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
