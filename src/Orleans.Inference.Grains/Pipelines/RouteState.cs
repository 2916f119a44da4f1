using System.Text;
using Orleans.Inference.Checkpoints;
using Orleans.Inference.Grains.Storage;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Grains.Pipelines;

/// <summary>The pipeline's route and its revision, stored before anybody scores by it. In the turns of the supervisor.</summary>
internal sealed class RouteState : IUnsavedState
{
    private readonly SiloPipeline _pipeline;
    private readonly StateKey _key;
    private long _version;
    private RouteRevision _writing;

    private RouteState(SiloPipeline pipeline, StateKey key, StoredState? stored)
    {
        _pipeline = pipeline;
        _key = key;
        _version = stored?.Version ?? 0;
        var last = stored is null ? null : RouteRevisionJson.Decode(stored.Whole.Span);
        Current = _writing = RouteRevision.AtStart(last, pipeline.Pipeline, pipeline.Parts.Time.GetUtcNow().UtcTicks);
        IsSaved = last is not null && last.Number == Current.Number;
    }

    public RouteRevision Current { get; private set; }

    public bool IsSaved { get; private set; }

    public bool IsLost { get; private set; }

    public static async Task<RouteState> ReadAsync(SiloPipeline pipeline, CancellationToken cancellationToken)
    {
        var key = new StateKey(pipeline.Pipeline.Name, StateKind.Route, Encoding.UTF8.GetBytes("route"));
        var state = new RouteState(pipeline, key, await pipeline.Writer.ReadAsync(key, cancellationToken));
        if (!state.IsSaved)
        {
            await state.WriteAsync(state.Current);
        }

        return state;
    }

    /// <summary>Makes a caller's route the next revision; the current one when nothing changes.</summary>
    /// <exception cref="InferenceException">Another supervisor has changed it meanwhile.</exception>
    public async Task<RouteRevision> ChangeAsync(RouteModel route, string author)
    {
        var before = Current;
        var next = before.Next(route, author, _pipeline.Parts.Time.GetUtcNow().UtcTicks);
        if (next.Number != before.Number)
        {
            await WriteAsync(next);
            SiloLog.RouteChanged(_pipeline.Logger, _pipeline.Pipeline.Name, next.Number, author, before.Route, next.Route);
        }

        return next;
    }

    public StateVersion TakeUnsaved(ByteWriter bytes)
    {
        bytes.Bytes(RouteRevisionJson.Encode(_writing));
        return new StateVersion(_key, ++_version, IsWhole: true);
    }

    public void Saved() => IsSaved = true;

    public void Lose() => IsLost = true;

    private async Task WriteAsync(RouteRevision revision)
    {
        _writing = revision;
        IsSaved = false;
        _pipeline.Writer.Add(this);
        await _pipeline.Writer.FlushAsync();
        if (IsLost)
        {
            throw new InferenceException("Another supervisor has changed the route meanwhile; ask again.");
        }

        Current = revision;
    }
}
