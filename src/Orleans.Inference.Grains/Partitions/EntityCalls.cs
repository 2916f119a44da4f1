using Orleans.Inference.Events;
using Orleans.Inference.Features;
using Orleans.Inference.Grains.Entities;
using Orleans.Inference.Grains.Pipelines;

namespace Orleans.Inference.Grains.Partitions;

/// <summary>
/// Takes a batch to its entities: one call per touched entity with all its rows in order, all calls at once, and the answers into the batch's matrix. An entity that does not
/// answer is asked again until it does: it recognises what it has taken. Used by one grain, one batch at a time.
/// </summary>
internal sealed class EntityCalls(SiloPipeline pipeline)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(50);

    private readonly IReadOnlyList<EntityFeatures> _features = pipeline.Features;
    private readonly FeatureReader _reader = new(pipeline.Pipeline);
    private readonly RowGroups _groups = new(pipeline.Options.BatchLimit);
    private readonly List<EntityCall> _calls = [];
    private readonly SentOffsets _sent = new();
    private readonly int[][] _nextRow = [.. pipeline.Features.Select(_ => new int[pipeline.Options.BatchLimit])];

    /// <summary>Calls made since start, retries included.</summary>
    public long CallCount { get; private set; }

    /// <param name="batch">Rows that are all dry runs, or none of them.</param>
    /// <param name="input">The input's id.</param>
    /// <param name="committed">Offsets below this the input has committed.</param>
    /// <param name="hosts">Receives the silos that hold what has changed.</param>
    /// <param name="cancellationToken">Gives up; the batch is then half applied and must come again.</param>
    /// <exception cref="InputLostException">An entity no longer has what the input has sent before and not committed.</exception>
    public async Task ApplyAsync(EventBatch batch, long input, long committed, HashSet<EntityHost> hosts, CancellationToken cancellationToken)
    {
        var preview = batch.Count > 0 && (batch.Flags[0] & RowFlags.DryRun) != 0;
        for (var type = 0; type < _features.Count; type++)
        {
            Prepare(batch, type, input, committed, preview);
        }

        WriteRest(batch);
        for (var attempt = 1; !await AskAllAsync(batch, preview, hosts, attempt); attempt++)
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
            var words = new long[count * width];
            var row = first;
            for (var i = 0; i < count; i++, row = next[row])
            {
                words[i * width] = batch.Sources[row].Offset;
                _reader.WordsOf(batch, row, type).CopyTo(words.AsSpan((i * width) + 1));
            }

            var grain = pipeline.EntityGrains.Of(type, batch.KeyOf(type, first));

            // HTTP's events come once; nobody could send them again.
            var sentBefore = preview || input == InputId.Http ? -1 : _sent.Exchange(grain.GetGrainId(), words[^width], committed);
            _calls.Add(new EntityCall
            {
                Type = type,
                FirstRow = first,
                Grain = grain,
                Rows = new EntityRows
                {
                    Input = input,
                    Committed = committed,
                    SentBefore = sentBefore,
                    Horizon = preview ? long.MinValue : batch.Horizon,
                    Caller = pipeline.Silo,
                    Words = words,
                },
            });
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
    private async Task<bool> AskAllAsync(EventBatch batch, bool preview, HashSet<EntityHost> hosts, int attempt)
    {
        CallCount += _calls.Count;
        for (var i = 0; i < _calls.Count; i++)
        {
            var call = _calls[i];
#pragma warning disable CA2012 // Kept until all are asked; each is awaited once, below.
            call.Answer = preview ? call.Grain.PreviewAsync(call.Rows) : call.Grain.ApplyAsync(call.Rows);
#pragma warning restore CA2012
            _calls[i] = call;
        }

        var failed = 0;
        var isLost = false;
        string? error = null;
        for (var i = 0; i < _calls.Count; i++)
        {
            try
            {
                var answer = await _calls[i].Answer;
                isLost |= answer.IsLost;
                if (!preview)
                {
                    hosts.Add(answer.Host);
                }

                Scatter(batch, _calls[i], answer.Features);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                error = exception.Message;
                _calls[failed++] = _calls[i];
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

    private void Scatter(EventBatch batch, EntityCall call, float[] answer)
    {
        var type = _features[call.Type];
        var row = call.FirstRow;
        for (var at = 0; at < answer.Length; at += type.Names.Count, row = _nextRow[call.Type][row])
        {
            type.Scatter(answer.AsSpan(at, type.Names.Count), batch.FeaturesOf(row));
        }
    }

    private struct EntityCall
    {
        public int Type;
        public int FirstRow;
        public IEntityGrain Grain;
        public EntityRows Rows;
        public ValueTask<EntityAnswer> Answer;
    }
}
