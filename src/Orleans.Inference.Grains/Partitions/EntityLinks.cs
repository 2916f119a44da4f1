using System.Runtime.InteropServices;
using Orleans.Inference.Grains.Entities;

namespace Orleans.Inference.Grains.Partitions;

/// <summary>
/// One input's links to the entities of one type: the reference, the entity itself where it is on this silo, and the last offset sent, so that an entity which has lost one can
/// tell by the next. Two generations: the older is dropped when it is committed and the recent one is large. Used by one input, one batch at a time.
/// </summary>
internal sealed class EntityLinks(EntityGrains grains, int entityType)
{
    private const int LargeGeneration = 16_384;

    private Dictionary<byte[], EntityLink> _recent = new(EntityKeyComparer.Instance);
    private Dictionary<byte[], EntityLink> _older = new(EntityKeyComparer.Instance);
    private long _recentEnd = -1;
    private long _olderEnd = -1;

    /// <summary>The entity, and the offset that has been sent to it before; -1 where all of that is committed.</summary>
    /// <param name="key">The entity's key.</param>
    /// <param name="last">The last offset sent now.</param>
    /// <param name="committed">Everything below has been saved.</param>
    public (EntityLink Link, long SentBefore) Send(ReadOnlySpan<byte> key, long last, long committed)
    {
        var link = Find(key, committed);
        var before = link.LastSent >= committed ? link.LastSent : -1;
        link.LastSent = last;
        _recentEnd = Math.Max(_recentEnd, last);
        return (link, before);
    }

    /// <summary>The entity, for what nobody could send again.</summary>
    public EntityLink To(ReadOnlySpan<byte> key) => Find(key, long.MaxValue);

    private EntityLink Find(ReadOnlySpan<byte> key, long committed)
    {
        if (_recent.Count >= LargeGeneration && _olderEnd < committed)
        {
            (_older, _recent) = (_recent, _older);
            _recent.Clear();
            (_olderEnd, _recentEnd) = (_recentEnd, -1);
        }

        ref var link = ref CollectionsMarshal.GetValueRefOrAddDefault(_recent.GetAlternateLookup<ReadOnlySpan<byte>>(), key, out var isThere);
        if (!isThere && !_older.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out link))
        {
            link = new EntityLink(grains.Of(entityType, key));
        }

        return link!;
    }
}

/// <summary>One input's link to one entity.</summary>
internal sealed class EntityLink(IEntityGrain grain)
{
    public IEntityGrain Grain { get; private set; } = grain;

    /// <summary>The last offset sent, or -1.</summary>
    public long LastSent { get; set; } = -1;

    /// <summary>The entity itself when it has last answered from this silo.</summary>
    public LocalEntity? Local { get; private set; }

    /// <summary>The entity has answered.</summary>
    /// <param name="local">Itself, or null from another silo.</param>
    public void Found(LocalEntity? local)
    {
        if (!ReferenceEquals(local, Local))
        {
            (Local, Grain) = (local, local?.Grain ?? Grain);
        }
    }
}
