using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orleans.Inference.Api.Callers;
using Orleans.Inference.Api.Engines;
using Orleans.Inference.Api.OpenApi;
using Orleans.Inference.Api.Predictions;
using Orleans.Inference.Api.Problems;
using Orleans.Inference.Api.Requests;
using Orleans.Inference.Engines;

namespace Orleans.Inference.Api.Scoring;

/// <summary>Scores one event while the caller waits.</summary>
internal static class ScoreEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/v1/pipelines/{pipeline}/score", PostAsync)
        .WithName("score").WithTags("Events")
        .Needs(CallerRole.Score)
        .WithSummary("Scores one event and updates its entities")
        .WithDescription("The body is one event as a JSON object, at most 1 MB. A late event is answered with outcome `late` and a null score.")
        .WithQuery("dryRun", "boolean", "Compute as if the event happened; change nothing.")
        .WithQuery("version", "integer", "Pins a model version; without it the route chooses.")
        .WithQuery("durable", "boolean", "Answer only when a committed checkpoint holds the event.")
        .WithBody<EventShape>()
        .Produces<PredictionShape>()
        .Problems(400, 404, 413, 422, 429, 503);

    internal static async Task<IResult> PostAsync(
        [Description("Name of the pipeline.")] string pipeline, EngineRegistry engines, HttpContext context)
    {
        if (!engines.TryGet(pipeline, out var served))
        {
            return ApiProblem.UnknownPipeline(pipeline);
        }

        var query = new QueryValues(context.Request);
        var options = new ScoreOptions(query.Flag("dryRun"), query.Positive("version"), query.Flag("durable"));
        var explain = query.Flag("explain");
        if (query.Problem is { } problem)
        {
            return problem;
        }

        if (explain)
        {
            return ApiProblem.InvalidQuery("'explain' is not in this release: predictions carry no contributions yet.");
        }

        if (await RequestBody.ReadAsync(context, RequestBody.RecordLimit) is not { } body)
        {
            return ApiProblem.TooLarge(RequestBody.RecordLimit);
        }

        var reply = await served.Engine.ScoreAsync(body, options, context.RequestAborted);
        return reply switch
        {
            { Status: ReplyStatus.Answered, Prediction: { } prediction } => new PredictionAnswer(served.Json, prediction),
            { Status: ReplyStatus.Invalid } => ApiProblem.Rejected(served.Engine.Pipeline, reply.Rejection),
            { Status: ReplyStatus.Overloaded } => ApiProblem.Overloaded(),
            { Status: ReplyStatus.UnknownVersion } => ApiProblem.UnknownVersion(options.Version),
            _ => ApiProblem.NotReady(served.Engine.Readiness.Reason),
        };
    }
}
