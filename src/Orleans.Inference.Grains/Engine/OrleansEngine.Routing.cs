using Orleans.Inference.Engines;
using Orleans.Inference.Grains.Pipelines;
using Orleans.Inference.Routing;
using Orleans.Inference.Scoring;

namespace Orleans.Inference.Grains.Engine;

internal sealed partial class OrleansEngine
{
    /// <summary>The route this silo scores by.</summary>
    public RouteRevision Route => _local?.Route.Current ?? RouteRevision.First(pipeline);

    public async ValueTask<RouteReply> SetRouteAsync(RouteModel route, string author, CancellationToken cancellationToken)
    {
        if (RoutePolicy.Refuse(route, pipeline) is { } refusal)
        {
            return refusal;
        }

        if (_local is not { } local || !Readiness.IsReady)
        {
            return new RouteReply(RouteStatus.NotReady);
        }

        try
        {
            await Task.Run(() => local.Versions.Load(route), cancellationToken);
        }
        catch (ModelException exception)
        {
            return new RouteReply(RouteStatus.Invalid, Reason: exception.Message);
        }

        var revision = await _grains!.GetGrain<IPipelineGrain>(pipeline.Name)
            .SetRouteAsync(route.Champion, route.Fallback?.Value, route.Fallback?.Version, author).AsTask().WaitAsync(cancellationToken);
        return new RouteReply(RouteStatus.Answered, RouteRevisionJson.Decode(revision));
    }
}
