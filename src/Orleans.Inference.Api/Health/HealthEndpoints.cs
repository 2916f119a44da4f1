using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Orleans.Inference.Api.Callers;
using Orleans.Inference.Api.Engines;
using Orleans.Inference.Api.Json;
using Orleans.Inference.Api.OpenApi;
using Orleans.Inference.Api.Problems;

namespace Orleans.Inference.Api.Health;

/// <summary>Probes. Live: the process need not be restarted. Ready: every pipeline serves.</summary>
internal static class HealthEndpoints
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/health/live", Methods, Live)
            .WithName("live").WithTags("Health")
            .IsOpen()
            .WithSummary("Whether the process works")
            .Produces<HealthShape>()
            .Problems(503);
        routes.MapMethods("/health/ready", Methods, Ready)
            .WithName("ready").WithTags("Health")
            .IsOpen()
            .WithSummary("Whether every pipeline serves; the problem says which does not and why")
            .Produces<HealthShape>()
            .Problems(503);
    }

    internal static IResult Live(EngineRegistry engines)
    {
        var faults = engines.Engines
            .Where(engine => engine.Completion.IsFaulted)
            .Select(engine => $"{engine.Pipeline.Name} has stopped: {engine.Completion.Exception!.InnerException!.Message}");
        return Answer("live", string.Join("; ", faults));
    }

    internal static IResult Ready(EngineRegistry engines, [FromServices] IEnumerable<IReadinessCheck> checks)
    {
        var reasons = checks.Select(check => check.NotReady).OfType<string>()
            .Concat(engines.Engines.Where(engine => !engine.Readiness.IsReady).Select(engine => $"{engine.Pipeline.Name}: {engine.Readiness.Reason}"));
        return Answer("ready", engines.Engines.Count == 0 ? "there is no pipeline" : string.Join("; ", reasons));
    }

    private static IResult Answer(string status, string reason) => reason.Length > 0
        ? ApiProblem.NotReady(reason)
        : new JsonAnswer(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("status"u8, status);
            writer.WriteEndObject();
        });
}
