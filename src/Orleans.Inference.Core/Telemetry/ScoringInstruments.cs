using System.Collections.Concurrent;
using Orleans.Inference.Decisions;
using Orleans.Inference.Events;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Predictions;
using Orleans.Inference.Routing;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace Orleans.Inference.Telemetry;

/// <summary>
/// One pipeline's side of the <see cref="InferenceMeter"/>. Every tag set is made once; recording allocates nothing and costs next to nothing
/// while nobody listens. Any thread.
/// </summary>
public sealed class ScoringInstruments
{
    // A batch rarely meets more pairs of version and variant than this; what is beyond is added event by event.
    private const int CountedVersions = 8;

    private static readonly string[] VariantNames = LowerNames<Variant>();

    private readonly InferenceMeter _meter;
    private readonly Tag[] _pipeline;
    private readonly Tag[][] _outcomes;
    private readonly Tag[][] _stages;
    private readonly Tag[]?[] _decisions = new Tag[256][];
    private readonly ConcurrentDictionary<(int Version, Variant Variant), Tag[]> _versions = new();
    private readonly ConcurrentDictionary<(int Version, string Reason), Tag[]> _errors = new();

    /// <summary>Also adds 0 to the counters whose tags are known, so that a rate is right from the first event on.</summary>
    public ScoringInstruments(InferenceMeter meter, PipelineModel pipeline)
    {
        _meter = meter;
        var name = new Tag("pipeline", pipeline.Name);
        _pipeline = [name];
        _outcomes = [.. LowerNames<Outcome>().Select(outcome => new[] { name, new Tag("outcome", outcome) })];
        _stages = [.. LowerNames<ScoringStage>().Select(stage => new[] { name, new Tag("stage", stage) })];
        for (var i = 0; i <= byte.MaxValue; i++)
        {
            _decisions[i] = pipeline.Decision?.NameOf((byte)i) is { } decision ? [name, new Tag("decision", decision)] : null;
        }

        AddZeros(pipeline.Route.Champion);
    }

    /// <summary>
    /// Records a batch that has been scored: events by outcome, predictions by version, decisions, latencies and the batch's size. Dry runs
    /// and rows whose output an earlier process delivered are not counted. O(rows).
    /// </summary>
    public void BatchScored(EventBatch batch)
    {
        Span<int> outcomes = stackalloc int[_outcomes.Length];
        Span<int> decisions = stackalloc int[byte.MaxValue + 1];
        outcomes.Clear();
        decisions.Clear();
        var versions = new VersionCounts(stackalloc long[CountedVersions], stackalloc int[CountedVersions]);
        var measured = _meter.EventToPrediction.Enabled;
        var counted = 0;
        for (var row = 0; row < batch.Count; row++)
        {
            if ((batch.Flags[row] & (RowFlags.DryRun | RowFlags.Delivered)) != 0)
            {
                continue;
            }

            counted++;
            var outcome = batch.Outcomes[row];
            outcomes[(int)outcome]++;
            if (outcome is not (Outcome.Scored or Outcome.Fallback))
            {
                continue;
            }

            decisions[batch.Decisions[row]]++;
            if (!versions.TryAdd(batch.Versions[row], batch.Variants[row]))
            {
                _meter.Predictions.Add(1, TagsOf(batch.Versions[row], batch.Variants[row]));
            }

            if (measured)
            {
                var ticks = Math.Max(0, batch.ScoredAt - batch.Timestamps[row]);
                _meter.EventToPrediction.Record(ticks / (double)TimeSpan.TicksPerSecond, _pipeline);
            }
        }

        if (counted > 0)
        {
            Add(counted, outcomes, decisions, versions);
        }
    }

    /// <summary>Records how long a batch spent in a stage.</summary>
    public void StageTook(ScoringStage stage, TimeSpan time) => _meter.Stage.Record(time.TotalSeconds, _stages[(int)stage]);

    /// <summary>Records a committed checkpoint, from its barrier to its commit.</summary>
    public void CheckpointTook(TimeSpan time) => _meter.Checkpoint.Record(time.TotalSeconds, _pipeline);

    /// <summary>Counts a model call that failed.</summary>
    /// <param name="version">The version that was asked.</param>
    /// <param name="reason">One of few fixed words, such as <c>error</c> or <c>timeout</c>; never a message.</param>
    public void ModelFailed(int version, string reason) =>
        _meter.ModelErrors.Add(1, _errors.GetOrAdd(
            (version, reason), static (key, name) => [name, new("version", VersionName(key.Version)), new("reason", key.Reason)], _pipeline[0]));

    private void Add(int counted, ReadOnlySpan<int> outcomes, ReadOnlySpan<int> decisions, VersionCounts versions)
    {
        _meter.BatchEvents.Record(counted, _pipeline);
        for (var i = 0; i < outcomes.Length; i++)
        {
            if (outcomes[i] > 0)
            {
                _meter.Events.Add(outcomes[i], _outcomes[i]);
            }
        }

        for (var i = 0; i < DecisionModel.None; i++)
        {
            if (decisions[i] > 0 && _decisions[i] is { } tags)
            {
                _meter.Decisions.Add(decisions[i], tags);
            }
        }

        for (var i = 0; i < versions.Used; i++)
        {
            var (version, variant, count) = versions[i];
            _meter.Predictions.Add(count, TagsOf(version, variant));
        }
    }

    private void AddZeros(int champion)
    {
        foreach (var tags in _outcomes)
        {
            _meter.Events.Add(0, tags);
        }

        foreach (var tags in _decisions)
        {
            if (tags is not null)
            {
                _meter.Decisions.Add(0, tags);
            }
        }

        _meter.Predictions.Add(0, TagsOf(champion, Variant.Champion));
    }

    private Tag[] TagsOf(int version, Variant variant) => _versions.GetOrAdd(
        (version, variant),
        static (key, name) => [name, new("version", VersionName(key.Version)), new("variant", VariantNames[(int)key.Variant])],
        _pipeline[0]);

    // A constant fallback asks no version.
    private static string VersionName(int version) => version > 0 ? version.ToString() : "none";

    private static string[] LowerNames<TEnum>()
        where TEnum : struct, Enum =>
        [.. Enum.GetNames<TEnum>().Select(name => name.ToLowerInvariant())];

    /// <summary>Counts by (version, variant) in the caller's stack; found by a short scan, almost always at the first place.</summary>
    private ref struct VersionCounts(Span<long> keys, Span<int> counts)
    {
        private readonly Span<long> _keys = keys;
        private readonly Span<int> _counts = counts;

        public int Used { get; private set; }

        public readonly (int Version, Variant Variant, int Count) this[int index] =>
            ((int)(_keys[index] >> 8), (Variant)(byte)_keys[index], _counts[index]);

        public bool TryAdd(int version, Variant variant)
        {
            var key = ((long)version << 8) | (byte)variant;
            var place = _keys[..Used].IndexOf(key);
            if (place < 0)
            {
                if (Used == _keys.Length)
                {
                    return false;
                }

                place = Used++;
                _keys[place] = key;
                _counts[place] = 0;
            }

            _counts[place]++;
            return true;
        }
    }
}
