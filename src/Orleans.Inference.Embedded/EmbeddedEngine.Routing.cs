using Orleans.Inference.Embedded.Sequencing;
using Orleans.Inference.Engines;
using Orleans.Inference.Routing;
using Orleans.Inference.Scoring;

namespace Orleans.Inference.Embedded;

internal sealed partial class EmbeddedEngine
{
    private volatile RouteState? _routes;

    public RouteRevision Route => _routes?.Current ?? RouteRevision.First(pipeline);

    public async ValueTask<RouteReply> SetRouteAsync(RouteModel route, string author, CancellationToken cancellationToken)
    {
        if (RoutePolicy.Refuse(route, pipeline) is { } refusal)
        {
            return refusal;
        }

        if (_running is not { } running || !Readiness.IsReady)
        {
            return new RouteReply(RouteStatus.NotReady);
        }

        try
        {
            // Here and not in the sequence: events go on under the old route while a large model is read.
            await Task.Run(() => running.Processor.Versions.Load(route), cancellationToken);
        }
        catch (ModelException exception)
        {
            return new RouteReply(RouteStatus.Invalid, Reason: exception.Message);
        }

        var request = new RouteRequest(route, author);
        running.Sequencer.Add(request);
        return await IsDoneAsync(request.Reply, cancellationToken) ? await request.Reply : new RouteReply(RouteStatus.NotReady);
    }
}
