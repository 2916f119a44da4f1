using System.ComponentModel;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orleans.Inference.Api.Engines;
using Orleans.Inference.Api.Json;
using Orleans.Inference.Api.OpenApi;
using Orleans.Inference.Api.Problems;
using Orleans.Inference.Engines;

namespace Orleans.Inference.Api.Pipelines;

/// <summary>What is served: pipelines with definition, versions and live figures, and their models.</summary>
internal static class PipelineEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/pipelines", List)
            .WithName("listPipelines").WithTags("Pipelines")
            .WithSummary("Every pipeline: definition, versions and live figures")
            .Produces<PipelinesShape>();
        routes.MapGet("/v1/pipelines/{pipeline}", Get)
            .WithName("getPipeline").WithTags("Pipelines")
            .WithSummary("One pipeline: definition, versions and live figures")
            .Produces<PipelineShape>()
            .Problems(404);
        routes.MapGet("/v1/models", ListModels)
            .WithName("listModels").WithTags("Models")
            .WithSummary("Every model with its versions and their state")
            .Produces<ModelsShape>();
    }

    internal static IResult List(EngineRegistry engines) => new JsonAnswer(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("pipelines"u8);
        foreach (var engine in engines.Engines)
        {
            writer.WritePipeline(engine);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    internal static IResult Get([Description("Name of the pipeline.")] string pipeline, EngineRegistry engines) =>
        engines.TryGet(pipeline, out var served)
            ? new JsonAnswer(writer => writer.WritePipeline(served.Engine))
            : ApiProblem.UnknownPipeline(pipeline);

    internal static IResult ListModels(EngineRegistry engines) => new JsonAnswer(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("models"u8);
        foreach (var engine in engines.Engines)
        {
            WriteModel(writer, engine);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    // A pipeline's model has the pipeline's name.
    private static void WriteModel(Utf8JsonWriter writer, IScoringEngine engine)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, engine.Pipeline.Name);
        writer.WriteString("pipeline"u8, engine.Pipeline.Name);
        writer.WriteBoolean("ready"u8, engine.Readiness.IsReady);
        writer.WriteNumber("featureCount"u8, engine.Pipeline.Features.Count);
        writer.WriteVersions(engine);
        writer.WriteEndObject();
    }
}
