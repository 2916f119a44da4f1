using Orleans.Inference.Decisions;
using Orleans.Inference.Events;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Predictions;
using Orleans.Inference.Routing;
using Orleans.Inference.Scoring;

namespace Orleans.Inference.Serving.Scoring;

/// <summary>
/// Scores whole batches: one call for the champion, one more for a fallback version when it fails. A version that fails, or gives no number, is a value and not an
/// exception. Used by one thread.
/// </summary>
public sealed class Scorer
{
    private readonly PipelineModel _pipeline;
    private readonly LoadedVersions _versions;
    private readonly Action<int, string> _failed;
    private IModelRuntime _champion;

    /// <param name="pipeline">The pipeline.</param>
    /// <param name="versions">Where versions come from; somebody else disposes them.</param>
    /// <param name="route">The first route; its versions are loaded now, a pinned one when it is first asked for.</param>
    /// <param name="failed">Told the version and the error whenever a version fails.</param>
    /// <exception cref="ModelException">A version of the route cannot be loaded.</exception>
    public Scorer(PipelineModel pipeline, LoadedVersions versions, RouteRevision route, Action<int, string> failed)
    {
        _pipeline = pipeline;
        _versions = versions;
        _failed = failed;
        versions.Load(route.Route);
        Route = route;
        _champion = versions.Load(route.Route.Champion);
    }

    /// <summary>The route that batches are scored under.</summary>
    public RouteRevision Route { get; private set; }

    /// <summary>Scores from the next batch on under another route. Whoever loaded its versions before waits for nothing here.</summary>
    /// <exception cref="ModelException">A version of the route cannot be loaded; the route before goes on.</exception>
    public void Use(RouteRevision route)
    {
        _versions.Load(route.Route);
        _champion = _versions.Load(route.Route.Champion);
        Route = route;
    }

    /// <summary>Fills the revision, scores, versions, variants, outcomes and decisions of the accepted rows.</summary>
    public void Score(EventBatch batch)
    {
        batch.Revision = Route.Number;
        ClearUnaccepted(batch);
        if (!_champion.TryScore(batch.Features, batch.Count, batch.Scores, out _))
        {
            ScoreOneByOne(batch);
        }

        var unscored = false;
        for (var row = 0; row < batch.Count; row++)
        {
            batch.Variants[row] = Variant.Champion;
            if (!batch.IsAccepted(row))
            {
                batch.Scores[row] = float.NaN;
                batch.Versions[row] = 0;
                batch.Decisions[row] = DecisionModel.None;
                continue;
            }

            batch.Versions[row] = _champion.Version;
            unscored |= float.IsNaN(batch.Scores[row]);
            batch.Outcomes[row] = Outcome.Scored;
        }

        if (unscored)
        {
            FallBack(batch);
        }

        Decide(batch);
    }

    /// <summary>Scores one row again with a pinned version.</summary>
    public void ScorePinned(EventBatch batch, int row, int version)
    {
        try
        {
            if (!_versions.Load(version).TryScore(batch.FeaturesOf(row), 1, batch.Scores.AsSpan(row, 1), out var error))
            {
                _failed(version, error ?? "no reason given");
                batch.Scores[row] = float.NaN;
            }
        }
        catch (ModelException exception)
        {
            _failed(version, exception.Message);
            batch.Scores[row] = float.NaN;
        }

        // Whoever pins a version gets its answer or none; the route's fallback is for those who let the route choose.
        batch.Versions[row] = version;
        batch.Variants[row] = Variant.Champion;
        batch.Outcomes[row] = float.IsNaN(batch.Scores[row]) ? Outcome.Failed : Outcome.Scored;
        batch.Decisions[row] = DecisionOf(batch, row);
    }

    /// <summary>A row that is not scored travels with the others: what an earlier batch left there must not make the model fail.</summary>
    private static void ClearUnaccepted(EventBatch batch)
    {
        for (var row = 0; row < batch.Count; row++)
        {
            if (!batch.IsAccepted(row))
            {
                batch.FeaturesOf(row).Clear();
            }
        }
    }

    /// <summary>One row can fail a whole call. Which rows fail must not depend on the batch they travel in, so each gets a call of its own.</summary>
    private void ScoreOneByOne(EventBatch batch)
    {
        for (var row = 0; row < batch.Count; row++)
        {
            if (batch.IsAccepted(row) && !_champion.TryScore(batch.FeaturesOf(row), 1, batch.Scores.AsSpan(row, 1), out var error))
            {
                _failed(_champion.Version, error ?? "no reason given");
                batch.Scores[row] = float.NaN;
            }
        }
    }

    private void FallBack(EventBatch batch)
    {
        var fallback = Route.Route.Fallback;
        for (var row = 0; row < batch.Count; row++)
        {
            if (!batch.IsAccepted(row) || !float.IsNaN(batch.Scores[row]))
            {
                continue;
            }

            var version = fallback?.Version ?? 0;
            var score = fallback?.Value ?? float.NaN;
            if (version > 0 && !_versions.Load(version).TryScore(batch.FeaturesOf(row), 1, new Span<float>(ref score), out var error))
            {
                _failed(version, error ?? "no reason given");
                score = float.NaN;
            }

            batch.Scores[row] = score;
            batch.Versions[row] = version;
            batch.Variants[row] = Variant.Fallback;
            batch.Outcomes[row] = float.IsNaN(score) ? Outcome.Failed : Outcome.Fallback;
        }
    }

    private void Decide(EventBatch batch)
    {
        for (var row = 0; row < batch.Count; row++)
        {
            if (batch.IsAccepted(row))
            {
                batch.Decisions[row] = DecisionOf(batch, row);
            }
        }
    }

    private byte DecisionOf(EventBatch batch, int row) =>
        _pipeline.Decision is { } decision && !float.IsNaN(batch.Scores[row]) ? decision.Decide(batch, row) : DecisionModel.None;
}
