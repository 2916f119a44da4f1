using Microsoft.AspNetCore.Http;
using Orleans.Inference.Api.Json;
using Orleans.Inference.Predictions;

namespace Orleans.Inference.Api.Predictions;

/// <summary>One prediction, from its stored bytes to the response's pipe without an object in between.</summary>
internal sealed class PredictionAnswer(PredictionJson json, byte[] prediction) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        using var body = JsonBuffer.Rent();
        json.Write(body.Writer, PredictionCodec.Decode(prediction));
        body.Send(httpContext.Response, JsonAnswer.ContentType);
        return Task.CompletedTask;
    }
}
