using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Orleans.Inference.Api.Engines;
using Orleans.Inference.Api.Problems;
using Orleans.Inference.Api.Requests;
using Orleans.Inference.Engines;

namespace Orleans.Inference.Api.Streaming;

/// <summary>
/// One reader's stream. Only this loop writes to the response. What is at hand is written before a flush, so a busy feed is flushed in large pieces; a
/// reader that does not take them holds the loop up in the flush, until the engine's buffer overflows and the reader is told and dropped.
/// </summary>
internal sealed class PredictionStream(ServedPipeline served, PredictionFilter filter, StoppingToken stopping, TimeProvider time) : IResult
{
    private const int FlushBytes = 32 * 1024;
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        httpContext.Response.ContentType = "text/event-stream";
        httpContext.Response.Headers.CacheControl = "no-cache, no-store";
        httpContext.Response.Headers["X-Accel-Buffering"] = "no";
        using var cancellation = stopping.LinkTo(httpContext.RequestAborted);
        try
        {
            await RunAsync(httpContext, cancellation);
        }
        catch (OperationCanceledException) when (httpContext.RequestAborted.IsCancellationRequested || stopping.IsStopping)
        {
            // The reader left, or the host stops: either way there is nobody to tell.
        }
        catch (PredictionFeedOverflowException overflow)
        {
            var problem = new ApiProblem(StatusCodes.Status429TooManyRequests, ProblemCodes.TooSlow, overflow.Message);
            PredictionEvents.WriteEnd(httpContext.Response.BodyWriter, problem);
            await httpContext.Response.BodyWriter.FlushAsync(httpContext.RequestAborted);
        }
    }

    private async Task RunAsync(HttpContext context, CancellationTokenSource cancellation)
    {
        var cancellationToken = cancellation.Token;
        var body = context.Response.BodyWriter;
        using var heartbeat = new PeriodicTimer(Heartbeat, time);
        var beat = heartbeat.WaitForNextTickAsync(cancellationToken).AsTask();
        var predictions = served.Engine.SubscribeAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        Task<bool>? next = null;
        try
        {
            // The comment is flushed only after the first prediction has been asked for, which subscribes: who has read it misses nothing.
            PredictionEvents.WriteComment(body, "open"u8);
            var unflushed = 1;
            do
            {
                next = predictions.MoveNextAsync().AsTask();
                while (!next.IsCompleted || beat.IsCompleted)
                {
                    if (beat.IsCompleted)
                    {
                        await beat;
                        beat = heartbeat.WaitForNextTickAsync(cancellationToken).AsTask();
                        PredictionEvents.WriteComment(body, "still here"u8);
                        unflushed = 1;
                    }

                    unflushed = await FlushAsync(body, unflushed, 0, cancellationToken);
                    await Task.WhenAny(next, beat);
                }

                if (!await next)
                {
                    break;
                }

                unflushed += PredictionEvents.WritePrediction(body, served.Json, predictions.Current, filter);
                unflushed = await FlushAsync(body, unflushed, FlushBytes, cancellationToken);
            }
            while (true);

            await body.FlushAsync(cancellationToken);
        }
        finally
        {
            // An enumerator must not be disposed while it is asked for more.
            await cancellation.CancelAsync();
            await ((Task?)next ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await predictions.DisposeAsync();
        }
    }

    private static async ValueTask<int> FlushAsync(PipeWriter body, int unflushed, int tolerated, CancellationToken cancellationToken)
    {
        if (unflushed <= tolerated)
        {
            return unflushed;
        }

        await body.FlushAsync(cancellationToken);
        return 0;
    }
}
