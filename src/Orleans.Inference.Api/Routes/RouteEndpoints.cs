using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orleans.Inference.Api.Callers;
using Orleans.Inference.Api.Engines;
using Orleans.Inference.Api.Json;
using Orleans.Inference.Api.OpenApi;
using Orleans.Inference.Api.Problems;
using Orleans.Inference.Api.Requests;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Api.Routes;

/// <summary>Shows and changes which versions of a pipeline's model serve.</summary>
internal static class RouteEndpoints
{
    private const string Path = "/v1/pipelines/{pipeline}/route";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, Get)
            .WithName("getRoute").WithTags("Pipelines")
            .WithSummary("The route that serves, with its revision")
            .Produces<RouteShape>()
            .Problems(404);
        routes.MapPut(Path, PutAsync)
            .WithName("setRoute").WithTags("Pipelines")
            .Needs(CallerRole.Admin)
            .WithSummary("Sets the whole route, which becomes the next revision")
            .WithDescription("The versions are loaded first; then the route takes effect between two batches, so that every event accepted after the answer sees it. It outlives restarts until the route in the pipeline's file changes. Setting the route that serves already changes nothing. `revision`, `changedAt` and `author` may be sent back and are ignored.")
            .WithBody<RouteBodyShape>()
            .Produces<RouteShape>()
            .Problems(400, 404, 413, 422, 503);
    }

    internal static IResult Get([Description("Name of the pipeline.")] string pipeline, EngineRegistry engines) =>
        engines.TryGet(pipeline, out var served) ? Answer(served.Engine.Route) : ApiProblem.UnknownPipeline(pipeline);

    internal static async Task<IResult> PutAsync(
        [Description("Name of the pipeline.")] string pipeline, EngineRegistry engines, HttpContext context)
    {
        if (!engines.TryGet(pipeline, out var served))
        {
            return ApiProblem.UnknownPipeline(pipeline);
        }

        if (await RequestBody.ReadAsync(context, RequestBody.RecordLimit) is not { } body)
        {
            return ApiProblem.TooLarge(RequestBody.RecordLimit);
        }

        var reading = RouteReader.Read(body, served.Engine.Pipeline);
        if (reading.Route is not { } route)
        {
            return Refusal(served, reading.Status, reading.Reason);
        }

        var reply = await served.Engine.SetRouteAsync(route, context.CallerName(), context.RequestAborted);
        return reply is { Status: RouteStatus.Answered, Revision: { } revision } ? Answer(revision) : Refusal(served, reply.Status, reply.Reason);
    }

    private static JsonAnswer Answer(RouteRevision revision) => new(writer => writer.WriteRoute(revision));

    private static ApiProblem Refusal(ServedPipeline served, RouteStatus status, string? reason) => status switch
    {
        RouteStatus.InvalidJson => ApiProblem.InvalidJson(reason!),
        RouteStatus.UnknownVersion => ApiProblem.UnknownVersion(reason!),
        RouteStatus.Invalid => ApiProblem.InvalidRoute(reason!),
        _ => ApiProblem.NotReady(served.Engine.Readiness.Reason),
    };
}
