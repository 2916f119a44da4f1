namespace Orleans.Inference.Grains.Partitions;

/// <summary>
/// The last offset that an input has sent to each entity and not committed, so that an entity which has lost one can tell by the next. Two generations: the older is dropped
/// when it has been committed. Used by one input, one batch at a time.
/// </summary>
internal sealed class SentOffsets
{
    private Dictionary<GrainId, long> _recent = [];
    private Dictionary<GrainId, long> _older = [];
    private long _recentEnd = -1;
    private long _olderEnd = -1;

    /// <summary>Notes what is sent now; what has been sent before, or -1 where all of that is committed.</summary>
    /// <param name="entity">Whom it is sent to.</param>
    /// <param name="last">The last offset sent now.</param>
    /// <param name="committed">Everything below has been saved.</param>
    public long Exchange(GrainId entity, long last, long committed)
    {
        if (_olderEnd < committed)
        {
            (_older, _recent) = (_recent, _older);
            _recent.Clear();
            _olderEnd = _recentEnd;
        }

        var before = _recent.TryGetValue(entity, out var offset) || _older.TryGetValue(entity, out offset) ? offset : -1;
        _recent[entity] = last;
        _recentEnd = Math.Max(_recentEnd, last);
        return before;
    }
}
