using System.ComponentModel;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orleans.Inference.Api.Callers;
using Orleans.Inference.Api.Engines;
using Orleans.Inference.Api.Json;
using Orleans.Inference.Api.OpenApi;
using Orleans.Inference.Api.Predictions;
using Orleans.Inference.Api.Problems;
using Orleans.Inference.Api.Requests;
using Orleans.Inference.Engines;

namespace Orleans.Inference.Api.Events;

/// <summary>Takes many events at once; one bad event never fails the others.</summary>
internal static class EventsEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/v1/pipelines/{pipeline}/events", PostAsync)
        .WithName("sendEvents").WithTags("Events")
        .Needs(CallerRole.Score)
        .WithSummary("Takes events to be scored")
        .WithDescription("A JSON array of events, or one event a line (application/x-ndjson, or by the first byte), at most 64 MB. `positions` says where each accepted event went, in request order.")
        .WithQuery("wait", "boolean", "Answer after scoring, with the predictions of the accepted events in request order.")
        .WithBody<EventShape[]>("application/json", "application/x-ndjson")
        .Produces<SubmittedShape>(StatusCodes.Status202Accepted)
        .Problems(400, 404, 413, 429, 503);

    internal static async Task<IResult> PostAsync(
        [Description("Name of the pipeline.")] string pipeline, EngineRegistry engines, HttpContext context)
    {
        if (!engines.TryGet(pipeline, out var served))
        {
            return ApiProblem.UnknownPipeline(pipeline);
        }

        var query = new QueryValues(context.Request);
        var wait = query.Flag("wait");
        if (query.Problem is { } problem)
        {
            return problem;
        }

        if (await RequestBody.ReadAsync(context, RequestBody.EventsLimit) is not { } body)
        {
            return ApiProblem.TooLarge(RequestBody.EventsLimit);
        }

        if (!EventsRequest.TrySplit(context.Request.ContentType, body, out var events, out var fault))
        {
            return ApiProblem.InvalidJson(fault);
        }

        var reply = await served.Engine.SubmitAsync(events, wait, context.RequestAborted);
        return reply.Status switch
        {
            ReplyStatus.Answered => new JsonAnswer(writer => Write(writer, served, reply), StatusCodes.Status202Accepted),
            ReplyStatus.Overloaded => ApiProblem.Overloaded(reply.Accepted),
            _ => ApiProblem.NotReady(served.Engine.Readiness.Reason),
        };
    }

    private static void Write(Utf8JsonWriter writer, ServedPipeline served, SubmitReply reply)
    {
        writer.WriteStartObject();
        writer.WriteNumber("accepted"u8, reply.Accepted);
        writer.WriteStartArray("rejected"u8);
        foreach (var (index, rejection) in reply.Rejected)
        {
            writer.WriteStartObject();
            writer.WriteNumber("index"u8, index);
            writer.WriteString("field"u8, ApiProblem.FieldName(served.Engine.Pipeline, rejection));
            writer.WriteString("reason"u8, rejection.Text);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("positions"u8);
        foreach (var position in reply.Positions)
        {
            writer.WriteStartObject();
            writer.WriteNumber("partition"u8, position.Partition);
            writer.WriteNumber("offset"u8, position.Offset);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (reply.Predictions is { } predictions)
        {
            writer.WritePredictions(served.Json, predictions);
        }

        writer.WriteEndObject();
    }
}
