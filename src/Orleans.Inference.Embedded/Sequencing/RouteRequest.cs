using Orleans.Inference.Engines;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Embedded.Sequencing;

/// <summary>A caller's route, its versions loaded, that waits for its place in the sequence.</summary>
internal sealed class RouteRequest(RouteModel route, string author)
{
    private readonly TaskCompletionSource<RouteReply> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RouteModel Route { get; } = route;

    public string Author { get; } = author;

    public Task<RouteReply> Reply => _reply.Task;

    public void Answer(RouteReply reply) => _reply.TrySetResult(reply);

    public void Fail(Exception exception) => _reply.TrySetException(exception);
}
