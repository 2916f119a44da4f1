using Orleans.Inference.Delivery;
using Orleans.Inference.Events;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Predictions;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Engines;

/// <summary>What runs one pipeline. Every member may be called from any thread.</summary>
public interface IScoringEngine : IAsyncDisposable
{
    PipelineModel Pipeline { get; }

    /// <summary>Live figures; cheap enough to ask several times a second.</summary>
    EngineFigures Figures { get; }

    /// <summary>Whether it serves, and if not, why not.</summary>
    EngineReadiness Readiness { get; }

    /// <summary>The route that serves, or will serve once the engine has started.</summary>
    RouteRevision Route { get; }

    /// <summary>
    /// Makes a route the next revision: its versions are loaded, then it is stored, then it takes effect between two batches. Every event accepted after the answer sees it. The
    /// route that serves already is answered with its revision and changes nothing.
    /// </summary>
    /// <param name="route">The whole route.</param>
    /// <param name="author">Who changes it, for the audit.</param>
    /// <param name="cancellationToken">Gives up waiting; the change may happen all the same.</param>
    /// <exception cref="InferenceException">The route could not be stored; the one before goes on.</exception>
    ValueTask<RouteReply> SetRouteAsync(RouteModel route, string author, CancellationToken cancellationToken);

    /// <summary>Starts: restores state, recovers what a crash left, opens source and sink. Completes when the engine has begun; see <see cref="Readiness"/>.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Drains what has been accepted, takes a last checkpoint and stops.</summary>
    Task StopAsync(CancellationToken cancellationToken);

    /// <summary>Completes, with the fault, when the engine had to stop by itself.</summary>
    Task Completion { get; }

    /// <summary>Scores one event, given as a JSON object in UTF-8, through the same path as every other.</summary>
    ValueTask<ScoreReply> ScoreAsync(ReadOnlyMemory<byte> json, ScoreOptions options, CancellationToken cancellationToken);

    /// <summary>
    /// Takes events, each a JSON object in UTF-8: into the source topic where there is one, else into the engine. One bad event never fails
    /// the others.
    /// </summary>
    ValueTask<SubmitReply> SubmitAsync(IReadOnlyList<ReadOnlyMemory<byte>> events, bool waitUntilScored, CancellationToken cancellationToken);

    /// <summary>The entity's latest prediction in <see cref="PredictionCodec"/> form, or null when it has none.</summary>
    ValueTask<byte[]?> LatestAsync(string entity, CancellationToken cancellationToken);

    /// <summary>The entity's last predictions in <see cref="PredictionCodec"/> form, newest first, from the pipeline's last 1,000,000.</summary>
    ValueTask<IReadOnlyList<byte[]>> HistoryAsync(string entity, int limit, CancellationToken cancellationToken);

    /// <summary>Waits until everything of a source partition up to and including the offset has been scored. False when the timeout came first.</summary>
    ValueTask<bool> WaitForOffsetAsync(PartitionOffset position, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>An entity's window feature values as of its last event, or as of <paramref name="at"/> (UTC ticks); null when the entity is unknown.</summary>
    ValueTask<EntityReply?> EntityAsync(int entityType, string key, long? at, CancellationToken cancellationToken);

    /// <summary>
    /// Every prediction from now on, in <see cref="PredictionCodec"/> form. A reader that falls more than its buffer behind gets
    /// <see cref="PredictionFeedOverflowException"/>.
    /// </summary>
    IAsyncEnumerable<byte[]> SubscribeAsync(CancellationToken cancellationToken);
}

/// <summary>A reader of the prediction feed was too slow and has been dropped.</summary>
public sealed class PredictionFeedOverflowException() : InferenceException("The reader is too slow: its buffer of predictions overflowed.");

/// <param name="DryRun">Compute as if it happened; change nothing.</param>
/// <param name="Version">Pins a model version; null lets the route choose.</param>
/// <param name="Durable">Answer only when a committed checkpoint holds the event.</param>
public readonly record struct ScoreOptions(bool DryRun = false, int? Version = null, bool Durable = false);

/// <summary>What became of an HTTP event.</summary>
public enum ReplyStatus
{
    /// <summary>It has a prediction (perhaps with outcome late, fallback or failed).</summary>
    Answered,

    /// <summary>It does not fit the schema.</summary>
    Invalid,

    /// <summary>The queue is full; try again later.</summary>
    Overloaded,

    /// <summary>The engine is starting or stopping.</summary>
    NotReady,

    /// <summary>The pinned version does not exist or cannot be loaded.</summary>
    UnknownVersion,
}

/// <param name="Status">What became of it.</param>
/// <param name="Prediction">In <see cref="PredictionCodec"/> form when answered.</param>
/// <param name="Rejection">Why it is invalid.</param>
public sealed record ScoreReply(ReplyStatus Status, byte[]? Prediction = null, Rejection Rejection = default);

/// <param name="Status">Answered, Invalid, UnknownVersion or NotReady.</param>
/// <param name="Revision">The route that serves now, when answered.</param>
/// <param name="Reason">Why the route is refused, when it is.</param>
public sealed record RouteReply(RouteStatus Status, RouteRevision? Revision = null, string? Reason = null);

/// <param name="Status">Answered, Overloaded or NotReady.</param>
/// <param name="Accepted">How many events were taken.</param>
/// <param name="Rejected">Those that were not, by index in the request.</param>
/// <param name="Positions">Where each accepted event went, in request order: in the source topic, or HTTP's own numbering.</param>
/// <param name="Predictions">With waitUntilScored: one per accepted event in request order, in <see cref="PredictionCodec"/> form.</param>
public sealed record SubmitReply(
    ReplyStatus Status,
    int Accepted,
    IReadOnlyList<RejectedEvent> Rejected,
    IReadOnlyList<PartitionOffset> Positions,
    IReadOnlyList<byte[]>? Predictions = null);

public readonly record struct RejectedEvent(int Index, Rejection Rejection);

/// <param name="Features">Names of the entity type's window features and their values (NaN: empty window without default), in model order.</param>
/// <param name="UpdatedAt">Event time of the entity's last event: UTC ticks.</param>
/// <param name="AsOf">The time the values are for: UTC ticks.</param>
public sealed record EntityReply(IReadOnlyList<KeyValuePair<string, float>> Features, long UpdatedAt, long AsOf);

/// <param name="IsReady">Whether it serves.</param>
/// <param name="Reason">Why not; null when ready.</param>
public sealed record EngineReadiness(bool IsReady, string? Reason)
{
    public static readonly EngineReadiness Ready = new(true, null);
}

/// <summary>A snapshot of counts since the process started.</summary>
public sealed record EngineFigures
{
    public long Scored { get; init; }

    public long Fallback { get; init; }

    public long Rejected { get; init; }

    public long Late { get; init; }

    public long Failed { get; init; }

    /// <summary>Events a second over the last few seconds.</summary>
    public double EventsPerSecond { get; init; }

    /// <summary>Median time from the record's arrival at its source to its score over the last few seconds, in milliseconds; NaN without events.</summary>
    public double LatencyP50Ms { get; init; } = double.NaN;

    /// <summary>The same at the 99th percentile.</summary>
    public double LatencyP99Ms { get; init; } = double.NaN;

    /// <summary>Entities in memory by type name.</summary>
    public IReadOnlyDictionary<string, long> EntitiesActive { get; init; } = new Dictionary<string, long>();

    /// <summary>Records of the source topic not yet taken, by partition.</summary>
    public IReadOnlyDictionary<int, long> ConsumerLag { get; init; } = new Dictionary<int, long>();

    public long Checkpoints { get; init; }

    /// <summary>Bytes of keys, states and changes that checkpoints have written.</summary>
    public long CheckpointBytes { get; init; }

    /// <summary>The longest time that a checkpoint has kept a shard from its events, in milliseconds.</summary>
    public double LongestCheckpointPauseMs { get; init; }

    /// <summary>UTC ticks of the last committed checkpoint; 0 before the first.</summary>
    public long LastCheckpointAt { get; init; }
}
