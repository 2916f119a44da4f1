using System.Runtime.InteropServices;
using Orleans.Inference.Events;
using Orleans.Inference.Features;
using Orleans.Inference.Grains.Entities;
using Orleans.Inference.Grains.Pipelines;

namespace Orleans.Inference.Grains.Partitions;

/// <summary>
/// Takes a batch to its entities: one call per touched entity with all its rows in order, many calls at once, and the answers into the batch's matrix. An entity that does
/// not answer is asked again until it does: it recognises what it has taken. Used by one grain, one batch at a time.
/// </summary>
internal sealed class EntityCalls(SiloPipeline pipeline)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(50);

    /// <summary>Calls under way at once: enough to keep the silo busy, few enough that a message is still in the processor's cache when its answer comes.</summary>
    internal const int MostAsked = 128;

    /// <summary>Calls before its own at which an entity is brought towards the cache: about as long as memory takes.</summary>
    private const int PrefetchAhead = 16;

    private readonly IReadOnlyList<EntityFeatures> _features = pipeline.Features;
    private readonly FeatureReader _reader = new(pipeline.Pipeline);
    private readonly RowGroups _groups = new(pipeline.Options.BatchLimit);
    private readonly List<EntityCall> _calls = [];
    private readonly EntityLinks[] _links = [.. pipeline.Features.Select((_, type) => new EntityLinks(pipeline.EntityGrains, type))];
    private readonly RowsPool[] _rows = [.. pipeline.Features.Select(type => new RowsPool(1 + type.WordCount, type.Names.Count))];
    private readonly int[][] _nextRow = [.. pipeline.Features.Select(_ => new int[pipeline.Options.BatchLimit])];

    /// <summary>Calls made since start, retries included.</summary>
    public long CallCount { get; private set; }

    /// <param name="batch">Rows that are all dry runs, or none of them.</param>
    /// <param name="input">The input's id.</param>
    /// <param name="committed">Offsets below this the input has committed.</param>
    /// <param name="touched">Receives what the entities tell.</param>
    /// <param name="cancellationToken">Gives up; the batch is then half applied and must come again.</param>
    /// <exception cref="InputLostException">An entity no longer has what the input has sent before and not committed.</exception>
    public async Task ApplyAsync(EventBatch batch, long input, long committed, TouchedEntities touched, CancellationToken cancellationToken)
    {
        var preview = batch.Count > 0 && (batch.Flags[0] & RowFlags.DryRun) != 0;
        for (var type = 0; type < _features.Count; type++)
        {
            Prepare(batch, type, input, committed, preview);
        }

        WriteRest(batch);
        for (var attempt = 1; !await AskAllAsync(batch, preview, touched, attempt); attempt++)
        {
            await Task.Delay(RetryAfter, pipeline.Parts.Time, cancellationToken);
        }

        _calls.Clear();
    }

    /// <summary>Makes one call of all rows of an entity.</summary>
    private void Prepare(EventBatch batch, int type, long input, long committed, bool preview)
    {
        var width = 1 + _features[type].WordCount;
        var next = _nextRow[type];
        _groups.Group(batch, type, next);
        foreach (var (first, count) in _groups.Groups)
        {
            var rows = _rows[type].Rent(count);
            var words = rows.Words;
            var row = first;
            for (var i = 0; i < count; i++, row = next[row])
            {
                words[i * width] = batch.Sources[row].Offset;
                _reader.WordsOf(batch, row, type).CopyTo(words.AsSpan((i * width) + 1));
            }

            // HTTP's events come once; nobody could send them again.
            var key = batch.KeyOf(type, first);
            var (link, sentBefore) = preview || input == InputId.Http ? (_links[type].To(key), -1) : _links[type].Send(key, words[^width], committed);
            rows.Input = input;
            rows.Committed = committed;
            rows.SentBefore = sentBefore;
            rows.Horizon = preview ? long.MinValue : batch.Horizon;
            rows.Caller = pipeline.Silo;
            _calls.Add(new EntityCall { Type = type, FirstRow = first, Link = link, Rows = rows });
        }
    }

    /// <summary>What is not of an entity type: direct features, and the empty windows of entities the event does not name.</summary>
    private void WriteRest(EventBatch batch)
    {
        for (var row = 0; row < batch.Count; row++)
        {
            if (!batch.IsAccepted(row))
            {
                continue;
            }

            _reader.WriteDirect(batch, row);
            for (var type = 1; type < _features.Count; type++)
            {
                if (!batch.Keys[type].Present[row])
                {
                    _reader.WriteEmpty(batch, row, type);
                }
            }
        }
    }

    /// <summary>Asks every entity that has not answered; false when some still have not.</summary>
    private async Task<bool> AskAllAsync(EventBatch batch, bool preview, TouchedEntities touched, int attempt)
    {
        CallCount += _calls.Count;
        var asked = 0;
        var failed = 0;
        var isLost = false;
        string? error = null;
        EntityHost? last = null;
        for (var i = 0; i < _calls.Count; i++)
        {
            for (; asked < _calls.Count && asked < i + MostAsked; asked++)
            {
                Ask(asked, preview);
            }

            var call = _calls[i];
            try
            {
                var answer = await call.Answer;
                isLost |= answer.IsLost;
                if (!preview && !ReferenceEquals(answer.Host, last))
                {
                    touched.Hosts.Add(last = answer.Host);
                }

                if (!answer.IsLost)
                {
                    Scatter(batch, call, answer.Features ?? call.Rows.Features!);
                    Note(call, touched);
                }

                _rows[call.Type].Return(call.Rows);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                // The rows may still be on their way to an entity that answers too late: they are never used for others.
                error = exception.Message;
                call.Rows = call.Rows.Copy();
                _calls[failed++] = call;
            }
        }

        _calls.RemoveRange(failed, _calls.Count - failed);
        if (isLost)
        {
            throw new InputLostException("an entity has lost events that were not saved");
        }

        if (failed > 0 && attempt % 100 == 1)
        {
            SiloLog.EntitiesFail(pipeline.Logger, pipeline.Pipeline.Name, failed, attempt, error!);
        }

        return failed == 0;
    }

    private void Ask(int index, bool preview)
    {
        var calls = CollectionsMarshal.AsSpan(_calls);
        if (index + PrefetchAhead < calls.Length)
        {
            calls[index + PrefetchAhead].Link.Local?.Entity?.Prefetch();
        }

        ref var call = ref calls[index];
        call.Link.Local?.Entity?.PrefetchState();
#pragma warning disable CA2012 // Awaited once, when its turn has come.
        call.Answer = preview ? call.Link.Grain.PreviewAsync(call.Rows) : call.Link.Grain.ApplyAsync(call.Rows);
#pragma warning restore CA2012
    }

    private void Scatter(EventBatch batch, EntityCall call, float[] answer)
    {
        var type = _features[call.Type];
        var row = call.FirstRow;
        for (var at = 0; at < answer.Length; at += type.Names.Count, row = _nextRow[call.Type][row])
        {
            type.Scatter(answer.AsSpan(at, type.Names.Count), batch.FeaturesOf(row));
        }
    }

    /// <summary>Keeps where the entity is.</summary>
    private void Note(EntityCall call, TouchedEntities touched)
    {
        call.Link.Found(call.Rows.Local);
        call.Rows.Local = null;
        if (call.Type != 0)
        {
            return;
        }

        var next = _nextRow[0];
        for (var (row, left) = (call.FirstRow, call.Rows.Words.Length / (1 + _features[0].WordCount)); left > 0; row = next[row], left--)
        {
            touched.Primaries[row] = call.Link.Local;
        }
    }

    private struct EntityCall
    {
        public int Type;
        public int FirstRow;
        public EntityLink Link;
        public EntityRows Rows;
        public ValueTask<EntityAnswer> Answer;
    }
}
