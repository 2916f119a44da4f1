using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Orleans.Inference.Api.Requests;

namespace Orleans.Inference.Api.Problems;

/// <summary>
/// The outermost step: gives routing the raw path, and turns what endpoints did not answer themselves (an unknown route, a wrong
/// method, an exception) into problem details.
/// </summary>
internal sealed class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        RawPath.Restore(context);
        try
        {
            await next(context);
        }
        catch (Exception exception)
        {
            await AnswerAsync(context, exception);
            return;
        }

        if (context.Response.StatusCode >= 400 && !context.Response.HasStarted && context.Response.ContentLength is null && context.Response.ContentType is null)
        {
            await Unanswered(context).ExecuteAsync(context);
        }
    }

    private async Task AnswerAsync(HttpContext context, Exception exception)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        var problem = ProblemOf(exception);
        if (problem.Status >= 500 && exception is not OperationCanceledException)
        {
            Log.Failed(logger, context.Request.Method, context.Request.Path, exception);
        }

        if (context.Response.HasStarted)
        {
            // Half an answer must not look like a whole one.
            context.Abort();
            return;
        }

        context.Response.Clear();
        await problem.ExecuteAsync(context);
    }

    private static ApiProblem ProblemOf(Exception exception) => exception switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => ApiProblem.TooLarge(RequestBody.EventsLimit),
        BadHttpRequestException bad => new ApiProblem(bad.StatusCode, ProblemCodes.InvalidRequest, bad.Message),
        InferenceException broken => ApiProblem.NotReady(broken.Message),
        OperationCanceledException => ApiProblem.NotReady("the server is stopping"),
        _ => new ApiProblem(StatusCodes.Status500InternalServerError, ProblemCodes.Internal, "The server failed at this request; its log says why."),
    };

    private static ApiProblem Unanswered(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => new(StatusCodes.Status404NotFound, ProblemCodes.NotFound, "There is nothing here. GET /openapi/v1.json lists what there is."),
        StatusCodes.Status405MethodNotAllowed => new(
            StatusCodes.Status405MethodNotAllowed, ProblemCodes.MethodNotAllowed, $"{context.Request.Method} is not allowed here, only {context.Response.Headers.Allow}."),
        StatusCodes.Status413PayloadTooLarge => ApiProblem.TooLarge(RequestBody.EventsLimit),
        StatusCodes.Status500InternalServerError => new(StatusCodes.Status500InternalServerError, ProblemCodes.Internal, "The server failed at this request."),
        var status => new(status, ProblemCodes.InvalidRequest, "The request cannot be answered."),
    };
}

/// <summary>Puts the step before everything else, routing included, without the host having to know.</summary>
internal sealed class ProblemStartupFilter : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.UseMiddleware<ProblemMiddleware>();
        next(app);
    };
}

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed.")]
    public static partial void Failed(ILogger logger, string method, string path, Exception exception);
}
