using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Orleans.Inference.Delivery;
using Orleans.Inference.Engines;
using Orleans.Inference.Events;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Predictions;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Api.Tests.Hosting;

/// <summary>
/// A deterministic engine in memory: an event's score is its amount / 1000, a negative amount is rejected, an event of the year 1999 is late. What it was
/// asked is recorded.
/// </summary>
internal sealed class RecordedEngine(PipelineModel pipeline, int feedCapacity = 1024) : IScoringEngine
{
    private static readonly long Epoch = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

    private readonly ConcurrentDictionary<string, List<byte[]>> _predictions = new(StringComparer.Ordinal);
    private readonly List<Channel<byte[]>> _readers = [];
    private readonly TaskCompletionSource _completion = new();
    private long _sequence;

    public PipelineModel Pipeline => pipeline;

    public EngineFigures Figures { get; set; } = new();

    public EngineReadiness Readiness { get; set; } = EngineReadiness.Ready;

    public Task Completion => _completion.Task;

    public RouteRevision Route { get; private set; } = RouteRevision.First(pipeline);

    /// <summary>Answered instead of taking a route.</summary>
    public RouteReply? RouteRefusal { get; set; }

    public ReplyStatus Status { get; set; } = ReplyStatus.Answered;

    /// <summary>Thrown by every read when set.</summary>
    public Exception? Fault { get; set; }

    public List<(string Json, ScoreOptions Options)> Asked { get; } = [];

    public long ScoredOffset { get; set; } = -1;

    public void Fail(Exception exception) => _completion.SetException(exception);

    public ValueTask<RouteReply> SetRouteAsync(RouteModel route, string author, CancellationToken cancellationToken)
    {
        Route = Route.Next(route, author, Epoch);
        return new(RouteRefusal ?? new RouteReply(RouteStatus.Answered, Route));
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask<ScoreReply> ScoreAsync(ReadOnlyMemory<byte> json, ScoreOptions options, CancellationToken cancellationToken)
    {
        Asked.Add((Encoding.UTF8.GetString(json.Span), options));
        if (Status != ReplyStatus.Answered)
        {
            return new(new ScoreReply(Status));
        }

        var rejection = Take(json, options.Version ?? 2, out var prediction);
        return new(rejection.IsNone ? new ScoreReply(ReplyStatus.Answered, prediction) : new ScoreReply(ReplyStatus.Invalid, null, rejection));
    }

    public ValueTask<SubmitReply> SubmitAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> events, bool waitUntilScored, CancellationToken cancellationToken)
    {
        if (Status != ReplyStatus.Answered)
        {
            return new(new SubmitReply(Status, 0, [], []));
        }

        var rejected = new List<RejectedEvent>();
        var predictions = new List<byte[]>();
        for (var i = 0; i < events.Count; i++)
        {
            var rejection = Take(events[i], 2, out var prediction);
            if (rejection.IsNone)
            {
                predictions.Add(prediction);
            }
            else
            {
                rejected.Add(new RejectedEvent(i, rejection));
            }
        }

        var positions = predictions.Select(prediction => PredictionCodec.Decode(prediction).Source).ToList();
        return new(new SubmitReply(ReplyStatus.Answered, predictions.Count, rejected, positions, waitUntilScored ? predictions : null));
    }

    public ValueTask<byte[]?> LatestAsync(string entity, CancellationToken cancellationToken) => Fault is null
        ? new(_predictions.TryGetValue(entity, out var list) ? list[^1] : null)
        : throw Fault;

    public ValueTask<IReadOnlyList<byte[]>> HistoryAsync(string entity, int limit, CancellationToken cancellationToken) =>
        new(_predictions.TryGetValue(entity, out var list) ? [.. list.AsEnumerable().Reverse().Take(limit)] : []);

    public ValueTask<bool> WaitForOffsetAsync(PartitionOffset position, TimeSpan timeout, CancellationToken cancellationToken) =>
        new(position.Offset <= ScoredOffset);

    public ValueTask<EntityReply?> EntityAsync(int entityType, string key, long? at, CancellationToken cancellationToken) => new(
        _predictions.ContainsKey(key)
            ? new EntityReply([new("customer_avg_7d", 1.5f), new("customer_var", float.NaN)], Epoch, at ?? Epoch)
            : null);

    public async IAsyncEnumerable<byte[]> SubscribeAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = Channel.CreateBounded<byte[]>(feedCapacity);
        lock (_readers)
        {
            _readers.Add(channel);
        }

        await foreach (var prediction in channel.Reader.ReadAllAsync(cancellationToken))
        {
            yield return prediction;
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Makes a prediction for an entity, as if an event had been scored.</summary>
    public byte[] Add(string entity, float score, Outcome outcome = Outcome.Scored, int version = 2)
    {
        var sequence = Interlocked.Increment(ref _sequence);
        var prediction = PredictionCodec.Encode(new Prediction
        {
            Sequence = sequence,
            EventId = Encoding.UTF8.GetBytes($"t-{sequence}"),
            Entity = Encoding.UTF8.GetBytes(entity),
            Outcome = outcome,
            Score = score,
            Decision = score >= 0.9 ? (byte)0 : (byte)1,
            Version = version,
            Revision = 7,
            EventTime = Epoch,
            ScoredAt = Epoch + (2 * TimeSpan.TicksPerMillisecond),
            ReceivedAt = Epoch,
            Source = new PartitionOffset(0, sequence),
            FromHttp = true,
            Features = [score * 1000, 1, float.NaN],
        });
        _predictions.GetOrAdd(entity, _ => []).Add(prediction);
        lock (_readers)
        {
            foreach (var reader in _readers.Where(reader => !reader.Writer.TryWrite(prediction)))
            {
                reader.Writer.TryComplete(new PredictionFeedOverflowException());
            }
        }

        return prediction;
    }

    private Rejection Take(ReadOnlyMemory<byte> json, int version, out byte[] prediction)
    {
        prediction = [];
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return new Rejection(-1, RejectReason.NotAnObject);
            }

            var amount = document.RootElement.GetProperty("amount").GetSingle();
            if (amount < 0)
            {
                return new Rejection(3, RejectReason.BelowMinimum);
            }

            var late = document.RootElement.GetProperty("tx_time").GetString()!.StartsWith("1999", StringComparison.Ordinal);
            prediction = Add(
                document.RootElement.GetProperty("customer_id").GetString()!,
                late ? float.NaN : amount / 1000,
                late ? Outcome.Late : Outcome.Scored,
                late ? 0 : version);
            return Rejection.None;
        }
        catch (JsonException)
        {
            return new Rejection(-1, RejectReason.InvalidJson);
        }
    }
}
