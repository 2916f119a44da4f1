using System.ComponentModel;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orleans.Inference.Api.Engines;
using Orleans.Inference.Api.Json;
using Orleans.Inference.Api.OpenApi;
using Orleans.Inference.Api.Problems;
using Orleans.Inference.Api.Requests;
using Orleans.Inference.Engines;
using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Api.Entities;

/// <summary>Shows the state of an entity: the values of its features.</summary>
internal static class EntityEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/pipelines/{pipeline}/entities/{type}/{key}", GetAsync)
        .WithName("getEntity").WithTags("Entities")
        .WithSummary("The feature values of an entity and when they were last updated")
        .WithDescription("Values are as of the entity's last event.")
        .WithQuery("at", "string", "ISO 8601; the values as of another time.")
        .Produces<EntityShape>()
        .Problems(400, 404, 503);

    internal static async Task<IResult> GetAsync(
        [Description("Name of the pipeline.")] string pipeline,
        [Description("Name of the entity type.")] PathText type,
        [Description("Key of the entity, percent-encoded.")] PathText key,
        EngineRegistry engines,
        HttpContext context)
    {
        if (!engines.TryGet(pipeline, out var served))
        {
            return ApiProblem.UnknownPipeline(pipeline);
        }

        var query = new QueryValues(context.Request);
        var at = query.Time("at");
        if (query.Problem is { } problem)
        {
            return problem;
        }

        if (Find(served.Engine.Pipeline, type.Value) is not { } entityType)
        {
            var known = string.Join(", ", served.Engine.Pipeline.Entities.Select(entity => entity.Name));
            return ApiProblem.UnknownEntity($"The pipeline has no entity type '{type}', only {known}.");
        }

        if (key.Value is not { } text)
        {
            return ApiProblem.UnknownEntity("The entity's key is not UTF-8.");
        }

        if (await served.Engine.EntityAsync(entityType.Index, text, at, context.RequestAborted) is not { } entity)
        {
            return served.Engine.Readiness is { IsReady: false, Reason: var reason }
                ? ApiProblem.NotReady(reason)
                : ApiProblem.UnknownEntity($"There is no {entityType.Name} '{text}'.");
        }

        return new JsonAnswer(writer => Write(writer, entityType.Name, text, entity));
    }

    private static EntityTypeModel? Find(PipelineModel pipeline, string? name) =>
        pipeline.Entities.FirstOrDefault(entity => string.Equals(entity.Name, name, StringComparison.Ordinal));

    private static void Write(Utf8JsonWriter writer, string type, string key, EntityReply entity)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, type);
        writer.WriteString("key"u8, key);
        writer.WriteStartObject("features"u8);
        foreach (var (name, value) in entity.Features)
        {
            writer.WriteFinite(name, value);
        }

        writer.WriteEndObject();
        writer.WriteTime("updatedAt", entity.UpdatedAt);
        writer.WriteTime("asOf", entity.AsOf);
        writer.WriteEndObject();
    }
}
