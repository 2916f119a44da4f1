using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Orleans.Inference.Api.Callers;
using Orleans.Inference.Api.Json;
using Orleans.Inference.Delivery;
using Orleans.Inference.Events;
using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Api.Problems;

/// <summary>An answer that is not 2xx: RFC 9457 problem details with a <c>code</c>, and <c>field</c> and <c>reason</c> where an event is at fault.</summary>
internal sealed record ApiProblem(int Status, string Code, string Detail) : IResult
{
    public const string ContentType = "application/problem+json";

    // An engine's queue empties within a fraction of a second; a start takes longer, but asking again costs little.
    private const int RetryAfterSeconds = 1;

    public string? Field { get; private init; }

    public string? Reason { get; private init; }

    /// <summary>Events that were taken before the problem came up; null where that cannot be.</summary>
    public int? Accepted { get; private init; }

    public static ApiProblem UnknownPipeline(string name) =>
        new(StatusCodes.Status404NotFound, ProblemCodes.UnknownPipeline, $"There is no pipeline '{name}'. GET /v1/pipelines lists them.");

    public static ApiProblem UnknownEntity(string detail) => new(StatusCodes.Status404NotFound, ProblemCodes.UnknownEntity, detail);

    public static ApiProblem UnknownVersion(int? version) =>
        new(StatusCodes.Status404NotFound, ProblemCodes.UnknownVersion, $"The model has no version {version} that can be loaded.");

    public static ApiProblem UnknownVersion(string detail) => new(StatusCodes.Status404NotFound, ProblemCodes.UnknownVersion, detail);

    public static ApiProblem InvalidRoute(string detail) => new(StatusCodes.Status422UnprocessableEntity, ProblemCodes.InvalidRoute, detail);

    public static ApiProblem InvalidJson(string detail) => new(StatusCodes.Status400BadRequest, ProblemCodes.InvalidJson, detail);

    public static ApiProblem InvalidQuery(string detail) => new(StatusCodes.Status400BadRequest, ProblemCodes.InvalidQuery, detail);

    public static ApiProblem Unauthorized(bool hasKey) => new(
        StatusCodes.Status401Unauthorized,
        ProblemCodes.Unauthorized,
        hasKey ? "The key is not known here." : "This call needs a key: send it as 'Authorization: Bearer KEY' or 'X-Api-Key: KEY'.");

    public static ApiProblem Forbidden(CallerRole needed) => new(
        StatusCodes.Status403Forbidden, ProblemCodes.Forbidden, $"The key is known, but this call needs the role '{needed.ToString().ToLowerInvariant()}'.");

    public static ApiProblem TooLarge(int limit) => new(
        StatusCodes.Status413PayloadTooLarge, ProblemCodes.TooLarge, $"The request's body is larger than {limit / (1024 * 1024)} MB.");

    public static ApiProblem Overloaded(int accepted = 0) => new(
        StatusCodes.Status429TooManyRequests, ProblemCodes.Overloaded, "The pipeline's queue is full. Send it again after a pause.")
    {
        Accepted = accepted > 0 ? accepted : null,
    };

    public static ApiProblem NotReady(string? reason) => new(
        StatusCodes.Status503ServiceUnavailable, ProblemCodes.NotReady, string.IsNullOrEmpty(reason) ? "The pipeline is not ready." : $"Not ready: {reason}");

    public static ApiProblem OffsetTimeout(PartitionOffset position, TimeSpan timeout) => new(
        StatusCodes.Status409Conflict,
        ProblemCodes.OffsetTimeout,
        $"Partition {position.Partition} had not passed offset {position.Offset} after {DurationText.Format(timeout)}.");

    /// <summary>What a rejection means to the one who sent the event: broken JSON, a record too large, or an event that does not fit.</summary>
    public static ApiProblem Rejected(PipelineModel pipeline, Rejection rejection) => rejection.Reason switch
    {
        RejectReason.InvalidJson => InvalidJson("The body is not valid JSON."),
        RejectReason.RecordTooLarge => TooLarge(Requests.RequestBody.RecordLimit),
        _ => InvalidEvent(FieldName(pipeline, rejection), rejection.Text),
    };

    /// <summary>Name of the field at fault, or null when the record as a whole is.</summary>
    public static string? FieldName(PipelineModel pipeline, Rejection rejection) =>
        rejection.Field >= 0 ? pipeline.Fields[rejection.Field].Name : null;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
        {
            httpContext.Response.Headers.RetryAfter = RetryAfterSeconds.ToString();
        }

        httpContext.Response.StatusCode = Status;
        httpContext.Response.Headers.CacheControl = "no-store";
        using var body = JsonBuffer.Rent();
        Write(body.Writer);
        body.Send(httpContext.Response, ContentType);
        return Task.CompletedTask;
    }

    public void Write(System.Text.Json.Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "about:blank"u8);
        writer.WriteString("title"u8, ReasonPhrases.GetReasonPhrase(Status));
        writer.WriteNumber("status"u8, Status);
        writer.WriteString("code"u8, Code);
        writer.WriteString("detail"u8, Detail);
        if (Code == ProblemCodes.InvalidEvent)
        {
            writer.WriteString("field"u8, Field);
            writer.WriteString("reason"u8, Reason);
        }

        if (Accepted is { } accepted)
        {
            writer.WriteNumber("accepted"u8, accepted);
        }

        writer.WriteEndObject();
    }

    private static ApiProblem InvalidEvent(string? field, string reason) => new(
        StatusCodes.Status422UnprocessableEntity,
        ProblemCodes.InvalidEvent,
        field is null ? $"The event does not fit the pipeline: {reason}." : $"The event does not fit the pipeline: '{field}' is {reason}.")
    {
        Field = field,
        Reason = reason,
    };
}
