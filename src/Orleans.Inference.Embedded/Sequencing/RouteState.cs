using Microsoft.Extensions.Logging;
using Orleans.Inference.Checkpoints;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Embedded.Sequencing;

/// <summary>
/// The pipeline's revisions of the route, and from which event on each holds. A revision is on the disk before the first event is scored under it: its number is never given to
/// another route. Changed by the thread that starts the engine and then by the sequencer; <see cref="Current"/> by any.
/// </summary>
internal sealed class RouteState
{
    private readonly PipelineModel _pipeline;
    private readonly IStateStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    // By ascending number; the last is the current one.
    private readonly List<StoredRoute> _routes;
    private volatile RouteRevision _current;

    public RouteState(PipelineModel pipeline, IStateStore store, TimeProvider time, ILogger logger)
    {
        _pipeline = pipeline;
        _store = store;
        _time = time;
        _logger = logger;
        _routes = [.. store.ReadRoutes()];
        _current = RouteRevision.AtStart(_routes.Count > 0 ? _routes[^1].Revision : null, pipeline, time.GetUtcNow().UtcTicks);
    }

    /// <summary>The route that serves.</summary>
    public RouteRevision Current => _current;

    /// <summary>Stores what the start has changed. What had been sequenced before stays under the route of its time.</summary>
    /// <param name="nextSequence">Number of the first event that was never sequenced.</param>
    public void Settle(long nextSequence)
    {
        for (var i = 0; i < _routes.Count; i++)
        {
            if (_routes[i].FromSequence > nextSequence)
            {
                // Events that no topic holds have taken their numbers with them; others will get these.
                _routes[i] = _routes[i] with { FromSequence = nextSequence };
                _store.SaveRoute(_routes[i]);
            }
        }

        if (_routes.Count == 0)
        {
            // A state from before routes were stored has known this one only, as revision 1.
            Save(_current, fromSequence: 0);
        }
        else if (_routes[^1].Revision is var last && last.Number != _current.Number)
        {
            Save(_current, nextSequence);
            EngineLog.RouteChanged(_logger, _pipeline.Name, _current.Number, "the pipeline file", last.Route, _current.Route);
        }
    }

    /// <summary>Makes a caller's route the next revision from an event on; the current one when nothing changes.</summary>
    /// <exception cref="InferenceException">It could not be stored; nothing has changed.</exception>
    public RouteRevision Change(RouteModel route, string author, long fromSequence)
    {
        var before = _current;
        var next = before.Next(route, author, _time.GetUtcNow().UtcTicks);
        if (next.Number != before.Number)
        {
            Save(next, fromSequence);
            _current = next;
            EngineLog.RouteChanged(_logger, _pipeline.Name, next.Number, author, before.Route, next.Route);
        }

        return next;
    }

    /// <summary>The route that an event had, or would have had.</summary>
    public RouteRevision Of(long sequence)
    {
        for (var i = _routes.Count - 1; i > 0; i--)
        {
            if (_routes[i].FromSequence <= sequence)
            {
                return _routes[i].Revision;
            }
        }

        return _routes[0].Revision;
    }

    /// <summary>How many of some events in a row have the route of the first.</summary>
    public int CountUnderOne(long sequence, int count)
    {
        foreach (var route in _routes)
        {
            if (route.FromSequence > sequence && route.FromSequence - sequence < count)
            {
                return (int)(route.FromSequence - sequence);
            }
        }

        return count;
    }

    private void Save(RouteRevision revision, long fromSequence)
    {
        var stored = new StoredRoute(revision, fromSequence);
        _store.SaveRoute(stored);
        _routes.Add(stored);
    }
}
