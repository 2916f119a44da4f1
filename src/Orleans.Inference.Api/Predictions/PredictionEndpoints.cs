using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orleans.Inference.Api.Engines;
using Orleans.Inference.Api.Json;
using Orleans.Inference.Api.OpenApi;
using Orleans.Inference.Api.Problems;
using Orleans.Inference.Api.Requests;
using Orleans.Inference.Predictions;

namespace Orleans.Inference.Api.Predictions;

/// <summary>Reads predictions by entity: the latest, the last N, or many entities at once.</summary>
internal static class PredictionEndpoints
{
    private const int LongestHistory = 100;
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromSeconds(60);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/pipelines/{pipeline}/predictions/{entity}", GetAsync)
            .WithName("getPrediction").WithTags("Predictions")
            .WithSummary("The latest prediction of an entity")
            .WithDescription("With history, the last predictions instead: {\"predictions\": [newest first]}. With minOffset it waits until what was sent before has been scored.")
            .WithQuery("history", "integer", "How many predictions to answer, newest first; more than 100 is taken as 100.")
            .WithQuery("minOffset", "string", "PARTITION:OFFSET of the source; waits until it has been scored.")
            .WithQuery("timeout", "string", "How long minOffset may wait, such as 500ms or 5s (the default); at most 60s.")
            .Produces<PredictionShape>()
            .Problems(400, 404, 409, 503);
        routes.MapPost("/v1/pipelines/{pipeline}/predictions:batchGet", BatchGetAsync)
            .WithName("batchGetPredictions").WithTags("Predictions")
            .WithSummary("The latest predictions of many entities")
            .WithBody<BatchGetShape>()
            .Produces<BatchPredictionsShape>()
            .Problems(400, 404, 413);
    }

    internal static async Task<IResult> GetAsync(
        [Description("Name of the pipeline.")] string pipeline,
        [Description("Key of the primary entity, percent-encoded.")] PathText entity,
        EngineRegistry engines,
        StoppingToken stopping,
        HttpContext context)
    {
        if (!engines.TryGet(pipeline, out var served))
        {
            return ApiProblem.UnknownPipeline(pipeline);
        }

        var query = new QueryValues(context.Request);
        var history = query.Positive("history");
        var position = query.Position("minOffset");
        var timeout = query.Duration("timeout", LongestTimeout) ?? DefaultTimeout;
        if (query.Problem is { } problem)
        {
            return problem;
        }

        if (position is { } minimum)
        {
            using var cancellation = stopping.LinkTo(context.RequestAborted);
            if (!await served.Engine.WaitForOffsetAsync(minimum, timeout, cancellation.Token))
            {
                return ApiProblem.OffsetTimeout(minimum, timeout);
            }
        }

        if (entity.Value is not { } key)
        {
            return ApiProblem.UnknownEntity("The entity's key is not UTF-8.");
        }

        return history is { } count
            ? await HistoryAsync(served, key, Math.Min(count, LongestHistory), context.RequestAborted)
            : await served.Engine.LatestAsync(key, context.RequestAborted) is { } latest
                ? new PredictionAnswer(served.Json, latest)
                : Missing(served, key);
    }

    internal static async Task<IResult> BatchGetAsync(
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

        if (!BatchGetRequest.TryRead(body.Span, out var entities, out var fault))
        {
            return ApiProblem.InvalidJson(fault);
        }

        var predictions = new byte[]?[entities.Count];
        for (var i = 0; i < predictions.Length; i++)
        {
            predictions[i] = await served.Engine.LatestAsync(entities[i], context.RequestAborted);
        }

        return new JsonAnswer(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartObject("predictions"u8);
            for (var i = 0; i < predictions.Length; i++)
            {
                writer.WritePropertyName(entities[i]);
                if (predictions[i] is { } prediction)
                {
                    served.Json.Write(writer, PredictionCodec.Decode(prediction));
                }
                else
                {
                    writer.WriteNullValue();
                }
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        });
    }

    private static async Task<IResult> HistoryAsync(ServedPipeline served, string entity, int count, CancellationToken cancellationToken)
    {
        var predictions = await served.Engine.HistoryAsync(entity, count, cancellationToken);
        if (predictions.Count == 0)
        {
            // The latest is the entity's own state and outlives the pipeline's last predictions.
            if (await served.Engine.LatestAsync(entity, cancellationToken) is not { } latest)
            {
                return Missing(served, entity);
            }

            predictions = [latest];
        }

        return new JsonAnswer(writer =>
        {
            writer.WriteStartObject();
            writer.WritePredictions(served.Json, predictions);
            writer.WriteEndObject();
        });
    }

    // While state is being restored nobody knows yet whether the entity has a prediction.
    private static ApiProblem Missing(ServedPipeline served, string entity) => served.Engine.Readiness is { IsReady: false, Reason: var reason }
        ? ApiProblem.NotReady(reason)
        : ApiProblem.UnknownEntity($"'{entity}' has no prediction.");
}
