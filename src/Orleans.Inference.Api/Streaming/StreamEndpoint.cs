using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orleans.Inference.Api.Engines;
using Orleans.Inference.Api.OpenApi;
using Orleans.Inference.Api.Problems;
using Orleans.Inference.Api.Requests;

namespace Orleans.Inference.Api.Streaming;

/// <summary>Predictions as they are made, as server-sent events.</summary>
internal static class StreamEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/pipelines/{pipeline}/stream", Get)
        .WithName("streamPredictions").WithTags("Predictions")
        .WithSummary("Predictions as server-sent events")
        .WithDescription("Each is `event: prediction` with the prediction as data. A comment comes at once and every 15 seconds. A reader that is too slow gets `event: dropped` with a problem as data, and the stream ends.")
        .WithQuery("entity", "string", "Only predictions of this entity.")
        .WithQuery("minScore", "number", "Only predictions with at least this score.")
        .WithQuery("perSecond", "integer", "At most about this many predictions a second; the others are left out.")
        .Produces<string>(StatusCodes.Status200OK, "text/event-stream")
        .Problems(400, 404);

    internal static IResult Get(
        [Description("Name of the pipeline.")] string pipeline,
        EngineRegistry engines,
        StoppingToken stopping,
        TimeProvider time,
        HttpContext context)
    {
        if (!engines.TryGet(pipeline, out var served))
        {
            return ApiProblem.UnknownPipeline(pipeline);
        }

        var query = new QueryValues(context.Request);
        var filter = new PredictionFilter(query.Text("entity"), query.Number("minScore"), query.Positive("perSecond"), time);
        return query.Problem is { } problem ? problem : new PredictionStream(served, filter, stopping, time);
    }
}
