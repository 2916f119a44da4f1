using System.Text;
using Orleans.Inference.Delivery;
using Orleans.Inference.Embedded.Serving;
using Orleans.Inference.Engines;
using Orleans.Inference.Entities;
using Orleans.Inference.Predictions;
using Orleans.Inference.Serving.Inputs;

namespace Orleans.Inference.Embedded;

internal sealed partial class EmbeddedEngine
{
    public EngineFigures Figures
    {
        get
        {
            var (perSecond, p50, p99) = _running?.Output.Latency.Read() ?? (0, double.NaN, double.NaN);
            return new EngineFigures
            {
                Scored = _counts[Outcome.Scored],
                Fallback = _counts[Outcome.Fallback],
                Rejected = _counts[Outcome.Rejected],
                Late = _counts[Outcome.Late],
                Failed = _counts[Outcome.Failed],
                EventsPerSecond = perSecond,
                LatencyP50Ms = p50,
                LatencyP99Ms = p99,
                EntitiesActive = pipeline.Entities.ToDictionary(
                    entity => entity.Name, entity => _running?.Processor.Shards.Sum(shard => (long)shard.CountOf(entity.Index)) ?? 0),
                ConsumerLag = Lag(),
                Checkpoints = _running?.Checkpoints.Count ?? 0,
                CheckpointBytes = _running?.Checkpoints.WrittenBytes ?? 0,
                LongestCheckpointPauseMs = _running?.Checkpoints.LongestPause.TotalMilliseconds ?? 0,
                LastCheckpointAt = _running?.Checkpoints.LastCommittedAt ?? 0,
            };
        }
    }

    public async ValueTask<ScoreReply> ScoreAsync(ReadOnlyMemory<byte> json, ScoreOptions options, CancellationToken cancellationToken)
    {
        if (options.Version is { } version && !pipeline.Model.Versions.Contains(version))
        {
            return new ScoreReply(ReplyStatus.UnknownVersion);
        }

        var rejection = _validator.Validate(json.Span, out _);
        if (!rejection.IsNone)
        {
            return new ScoreReply(ReplyStatus.Invalid, Rejection: rejection);
        }

        var http = TryAdd(json, options, out var status);
        if (http is null)
        {
            return new ScoreReply(status);
        }

        var reply = await AnswerAsync(http, cancellationToken);
        if (options.Durable && !options.DryRun && reply.Prediction is { } prediction)
        {
            var durable = _running!.Checkpoints.WhenDurableAsync(PredictionCodec.SequenceOf(prediction), cancellationToken);
            if (!await IsDoneAsync(durable, cancellationToken))
            {
                return new ScoreReply(ReplyStatus.NotReady);
            }

            await durable;
        }

        return reply;
    }

    public async ValueTask<SubmitReply> SubmitAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> events, bool waitUntilScored, CancellationToken cancellationToken)
    {
        if (_running is null || !Readiness.IsReady)
        {
            return new SubmitReply(ReplyStatus.NotReady, 0, [], []);
        }

        var submission = new EventSubmission(events, _validator);
        return parts.Producer is { } producer
            ? await submission.ProduceAsync(producer, scoredBy: waitUntilScored ? this : null, cancellationToken)
            : await QueueAsync(submission, waitUntilScored, cancellationToken);
    }

    public async ValueTask<byte[]?> LatestAsync(string entity, CancellationToken cancellationToken)
    {
        if (_running is not { } running)
        {
            return null;
        }

        var key = Encoding.UTF8.GetBytes(entity);
        var hash = XxHash64.Hash(key);
        var shard = running.ShardOf(hash);
        if (shard.Find(0, hash, key) is { } active)
        {
            return active.Latest?.Read();
        }

        var query = new EntityQuery(0, hash, key, at: null);
        running.Processor.RunOn(shard.Index, query);
        return (await AnswerAsync(query, cancellationToken))?.Entity.Latest?.Read();
    }

    public ValueTask<IReadOnlyList<byte[]>> HistoryAsync(string entity, int limit, CancellationToken cancellationToken) =>
        new(_running?.Output.History.Of(Encoding.UTF8.GetBytes(entity), limit) ?? []);

    public async ValueTask<bool> WaitForOffsetAsync(PartitionOffset position, TimeSpan timeout, CancellationToken cancellationToken) =>
        _running is { } running && await running.Output.Offsets.WaitAsync(position, timeout, parts.Time, cancellationToken);

    public async ValueTask<EntityReply?> EntityAsync(int entityType, string key, long? at, CancellationToken cancellationToken)
    {
        if (_running is not { } running || Completion.IsCompleted)
        {
            return null;
        }

        var bytes = Encoding.UTF8.GetBytes(key);
        var hash = XxHash64.Hash(bytes);
        var query = new EntityQuery(entityType, hash, bytes, at);
        running.Processor.RunOn(running.ShardOf(hash).Index, query);
        return (await AnswerAsync(query, cancellationToken))?.Reply;
    }

    public IAsyncEnumerable<byte[]> SubscribeAsync(CancellationToken cancellationToken) =>
        _running?.Output.Feed.SubscribeAsync(cancellationToken) ?? AsyncEnumerable.Empty<byte[]>();

    private Dictionary<int, long> Lag()
    {
        var lag = new Dictionary<int, long>();
        foreach (var input in _running?.Sequencer.Partitions ?? [])
        {
            if (parts.Source?.EndOf(input.Partition) is >= 0 and var end)
            {
                lag[input.Partition] = Math.Max(0, end - input.NextOffset);
            }
        }

        return lag;
    }

    private HttpEvent? TryAdd(ReadOnlyMemory<byte> json, ScoreOptions options, out ReplyStatus status)
    {
        if (_running is not { } running || !Readiness.IsReady)
        {
            status = ReplyStatus.NotReady;
            return null;
        }

        var http = running.Sequencer.Http.TryAdd(json, options, parts.Time.GetUtcNow().UtcTicks, out status);
        running.Sequencer.Wake();
        return http;
    }

    private async ValueTask<SubmitReply> QueueAsync(EventSubmission submission, bool waitUntilScored, CancellationToken cancellationToken)
    {
        var queued = new List<HttpEvent>(submission.Accepted.Count);
        foreach (var json in submission.Accepted)
        {
            if (TryAdd(json, default, out var status) is not { } http)
            {
                if (queued.Count == 0)
                {
                    return new SubmitReply(status, 0, submission.Rejected, []);
                }

                break;
            }

            queued.Add(http);
        }

        List<byte[]>? predictions = null;
        if (waitUntilScored)
        {
            predictions = [];
            foreach (var http in queued)
            {
                if ((await AnswerAsync(http, cancellationToken)).Prediction is { } prediction)
                {
                    predictions.Add(prediction);
                }
            }
        }

        return new SubmitReply(
            ReplyStatus.Answered, queued.Count, submission.Rejected, [.. queued.Select(http => new PartitionOffset(0, http.Offset))], predictions);
    }

    private async Task<ScoreReply> AnswerAsync(HttpEvent http, CancellationToken cancellationToken) =>
        await IsDoneAsync(http.Reply, cancellationToken) ? await http.Reply : new ScoreReply(ReplyStatus.NotReady);

    private async Task<(EntityState Entity, EntityReply Reply)?> AnswerAsync(EntityQuery query, CancellationToken cancellationToken) =>
        await IsDoneAsync(query.Answer, cancellationToken) ? await query.Answer : null;

    /// <summary>Waits for an answer; false when the engine has ended and will not give it any more.</summary>
    private async ValueTask<bool> IsDoneAsync(Task answer, CancellationToken cancellationToken)
    {
        if (!answer.IsCompleted)
        {
            await Task.WhenAny(answer, Completion).WaitAsync(cancellationToken);
        }

        return answer.IsCompleted;
    }
}
