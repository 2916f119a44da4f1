using System.Runtime.InteropServices;
using Orleans.Inference.Grains.Entities;

namespace Orleans.Inference.Grains.Partitions;

/// <summary>
/// One input's links to the entities of one type: the reference, made once, and the last offset it has sent to each, so that an entity which has lost one can tell by the
/// next. Two generations: the older is dropped when it is committed and the recent one is large. Used by one input, one batch at a time.
/// </summary>
internal sealed class EntityLinks(EntityGrains grains, int entityType)
{
    private const int LargeGeneration = 16_384;

    private Dictionary<byte[], Link> _recent = new(EntityKeyComparer.Instance);
    private Dictionary<byte[], Link> _older = new(EntityKeyComparer.Instance);
    private long _recentEnd = -1;
    private long _olderEnd = -1;

    /// <summary>The entity, and the offset that has been sent to it before; -1 where all of that is committed.</summary>
    /// <param name="key">The entity's key.</param>
    /// <param name="last">The last offset sent now.</param>
    /// <param name="committed">Everything below has been saved.</param>
    public (IEntityGrain Grain, long SentBefore) Send(ReadOnlySpan<byte> key, long last, long committed)
    {
        ref var link = ref Find(key, committed);
        var before = link.LastSent >= committed ? link.LastSent : -1;
        link.LastSent = last;
        _recentEnd = Math.Max(_recentEnd, last);
        return (link.Grain, before);
    }

    /// <summary>The entity, for what nobody could send again.</summary>
    public IEntityGrain To(ReadOnlySpan<byte> key) => Find(key, long.MaxValue).Grain;

    private ref Link Find(ReadOnlySpan<byte> key, long committed)
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
            link = new Link { Grain = grains.Of(entityType, key), LastSent = -1 };
        }

        return ref link;
    }

    private struct Link
    {
        public IEntityGrain Grain;
        public long LastSent;
    }
}
