using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Orleans.Inference.Api.Json;

/// <summary>An answer whose document is written straight into the response.</summary>
internal sealed class JsonAnswer(Action<Utf8JsonWriter> write, int status = StatusCodes.Status200OK) : IResult
{
    public const string ContentType = "application/json; charset=utf-8";

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = status;
        using var body = JsonBuffer.Rent();
        write(body.Writer);
        body.Send(httpContext.Response, ContentType);
        return Task.CompletedTask;
    }
}
