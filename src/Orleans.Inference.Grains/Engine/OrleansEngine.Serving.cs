using System.Text;
using Orleans.Inference.Delivery;
using Orleans.Inference.Engines;
using Orleans.Inference.Grains.Partitions;
using Orleans.Inference.Serving.Inputs;

namespace Orleans.Inference.Grains.Engine;

internal sealed partial class OrleansEngine
{
    /// <summary>A grain call must answer within Orleans' own response timeout.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    public async ValueTask<ScoreReply> ScoreAsync(ReadOnlyMemory<byte> json, ScoreOptions options, CancellationToken cancellationToken)
    {
        if (options.Version is { } version && !pipeline.Model.Versions.Contains(version))
        {
            return new ScoreReply(ReplyStatus.UnknownVersion);
        }

        var rejection = _validator.Validate(json.Span, out _);
        return rejection.IsNone
            ? (await AskDoorAsync(json, options, cancellationToken)).ToReply()
            : new ScoreReply(ReplyStatus.Invalid, Rejection: rejection);
    }

    public async ValueTask<SubmitReply> SubmitAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> events, bool waitUntilScored, CancellationToken cancellationToken)
    {
        if (!Readiness.IsReady)
        {
            return new SubmitReply(ReplyStatus.NotReady, 0, [], []);
        }

        var submission = new EventSubmission(events, _validator);
        return parts.Producer is { } producer
            ? await submission.ProduceAsync(producer, scoredBy: waitUntilScored ? this : null, cancellationToken)
            : await AskDoorAsync(submission, waitUntilScored, cancellationToken);
    }

    public async ValueTask<byte[]?> LatestAsync(string entity, CancellationToken cancellationToken)
    {
        if (_local is not { } local)
        {
            return null;
        }

        var key = Encoding.UTF8.GetBytes(entity);
        return local.Entities.TryGet(0, key, out var active)
            ? active.Latest()
            : await local.EntityGrains.Of(0, key).LatestAsync().AsTask().WaitAsync(cancellationToken);
    }

    public async ValueTask<EntityReply?> EntityAsync(int entityType, string key, long? at, CancellationToken cancellationToken)
    {
        if (_local is not { } local)
        {
            return null;
        }

        var reading = await local.EntityGrains.Of(entityType, Encoding.UTF8.GetBytes(key)).ReadAsync(at).AsTask().WaitAsync(cancellationToken);
        return reading is null
            ? null
            : new EntityReply(
                [.. local.Features[entityType].Names.Zip(reading.Features, KeyValuePair.Create)], reading.UpdatedAt, reading.AsOf);
    }

    public async ValueTask<bool> WaitForOffsetAsync(PartitionOffset position, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (_local is not { } local)
        {
            return false;
        }

        var partition = _grains!.GetGrain<IPartitionGrain>(local.PartitionKey(position.Partition));
        for (var started = parts.Time.GetTimestamp(); ;)
        {
            var left = timeout - parts.Time.GetElapsedTime(started);
            var wait = left < LongestWait ? left : LongestWait;
            if (wait < TimeSpan.Zero)
            {
                return false;
            }

            if (await partition.WaitForOffsetAsync(position.Offset, wait).AsTask().WaitAsync(cancellationToken))
            {
                return true;
            }
        }
    }

    private async ValueTask<HttpAnswer> AskDoorAsync(ReadOnlyMemory<byte> json, ScoreOptions options, CancellationToken cancellationToken)
    {
        if (!Readiness.IsReady || !_requests.TryEnter())
        {
            return new HttpAnswer { Status = ReplyStatus.NotReady };
        }

        try
        {
            return await Door.ScoreAsync(json.ToArray(), new HttpQuestion(options.DryRun, options.Version, options.Durable)).AsTask()
                .WaitAsync(cancellationToken);
        }
        finally
        {
            _requests.Leave();
        }
    }

    private async ValueTask<SubmitReply> AskDoorAsync(EventSubmission submission, bool waitUntilScored, CancellationToken cancellationToken)
    {
        // The place of an event is known when it is answered.
        var answers = await Task.WhenAll(submission.Accepted.Select(json => AskDoorAsync(json, default, cancellationToken).AsTask()));
        var taken = answers.Where(answer => answer.Offset >= 0).ToList();
        return taken.Count == 0 && answers.Length > 0
            ? new SubmitReply(answers[0].Status, 0, submission.Rejected, [])
            : new SubmitReply(
                ReplyStatus.Answered,
                taken.Count,
                submission.Rejected,
                [.. taken.Select(answer => new PartitionOffset(0, answer.Offset))],
                waitUntilScored ? [.. taken.Select(answer => answer.Prediction).OfType<byte[]>()] : null);
    }
}
