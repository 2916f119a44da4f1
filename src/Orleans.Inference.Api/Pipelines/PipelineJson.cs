using System.Text.Json;
using Orleans.Inference.Api.Routes;
using Orleans.Inference.Engines;
using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Api.Pipelines;

/// <summary>A pipeline's definition, versions and live figures as one object.</summary>
internal static class PipelineJson
{
    public static void WritePipeline(this Utf8JsonWriter writer, IScoringEngine engine)
    {
        var pipeline = engine.Pipeline;
        var readiness = engine.Readiness;
        writer.WriteStartObject();
        writer.WriteString("name"u8, pipeline.Name);
        writer.WriteBoolean("ready"u8, readiness.IsReady);
        writer.WriteString("reason"u8, readiness.Reason);
        WriteSource(writer, pipeline);
        WriteFields(writer, pipeline);
        WriteEntities(writer, pipeline);
        writer.WriteStartArray("features"u8);
        foreach (var feature in pipeline.Features)
        {
            FeatureJson.Write(writer, pipeline, feature);
        }

        writer.WriteEndArray();
        WriteModel(writer, engine);
        writer.WritePropertyName("route"u8);
        writer.WriteRoute(engine.Route);
        WriteDecision(writer, pipeline);
        writer.WriteStartObject("sink"u8);
        writer.WriteString("topic"u8, pipeline.Sink.Topic);
        writer.WriteBoolean("includeFeatures"u8, pipeline.Sink.IncludeFeatures);
        writer.WriteEndObject();
        writer.WriteString("checkpoint"u8, DurationText.Format(pipeline.CheckpointInterval));
        writer.WritePropertyName("figures"u8);
        FiguresJson.Write(writer, engine.Figures);
        writer.WriteEndObject();
    }

    /// <summary>The member <c>versions</c>: every version in the folder, the variant it plays and what state it is in.</summary>
    public static void WriteVersions(this Utf8JsonWriter writer, IScoringEngine engine)
    {
        var route = engine.Route.Route;
        writer.WriteStartArray("versions"u8);
        foreach (var version in engine.Pipeline.Model.Versions)
        {
            var variant = version == route.Champion ? "champion" : version == route.Fallback?.Version ? "fallback" : null;
            writer.WriteStartObject();
            writer.WriteString("version"u8, version.ToString());
            writer.WriteString("variant"u8, variant);
            writer.WriteString("state"u8, variant is null ? "available" : engine.Readiness.IsReady ? "serving" : "loading");
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteSource(Utf8JsonWriter writer, PipelineModel pipeline)
    {
        writer.WriteStartObject("source"u8);
        writer.WriteString("topic"u8, pipeline.Source.Topic);
        writer.WriteString("id"u8, pipeline.Fields[pipeline.Source.IdField].Name);
        writer.WriteString("time"u8, pipeline.Fields[pipeline.Source.TimeField].Name);
        writer.WriteString("lateness"u8, DurationText.Format(pipeline.Source.Lateness));
        writer.WriteString("maxAhead"u8, DurationText.Format(pipeline.Source.MaxAhead));
        writer.WriteString("deadLetterTopic"u8, pipeline.Source.DeadLetterTopic);
        writer.WriteString("lateTopic"u8, pipeline.Source.LateTopic);
        writer.WriteString("group"u8, pipeline.Source.Group);
        writer.WriteEndObject();
    }

    private static void WriteFields(Utf8JsonWriter writer, PipelineModel pipeline)
    {
        writer.WriteStartArray("fields"u8);
        foreach (var field in pipeline.Fields)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, field.Name);
            writer.WriteString("type"u8, JsonNamingPolicy.CamelCase.ConvertName(field.Type.ToString()));
            writer.WriteBoolean("required"u8, field.Required);
            if (field.IsLabel)
            {
                writer.WriteBoolean("label"u8, true);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteEntities(Utf8JsonWriter writer, PipelineModel pipeline)
    {
        writer.WriteStartArray("entities"u8);
        foreach (var entity in pipeline.Entities)
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, entity.Name);
            writer.WriteBoolean("primary"u8, entity.Index == 0);
            writer.WriteStartArray("key"u8);
            foreach (var field in entity.KeyFields)
            {
                writer.WriteStringValue(pipeline.Fields[field].Name);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteModel(Utf8JsonWriter writer, IScoringEngine engine)
    {
        var model = engine.Pipeline.Model;
        writer.WriteStartObject("model"u8);
        writer.WriteString("input"u8, model.InputName);
        writer.WriteString("score"u8, model.ScoreColumn is { } column ? $"{model.ScoreOutput}[{column}]" : model.ScoreOutput);
        writer.WriteVersions(engine);
        writer.WriteEndObject();
    }

    private static void WriteDecision(Utf8JsonWriter writer, PipelineModel pipeline)
    {
        if (pipeline.Decision is not { } decision)
        {
            writer.WriteNull("decision"u8);
            return;
        }

        writer.WriteStartObject("decision"u8);
        foreach (var rule in decision.Rules)
        {
            writer.WriteString(rule.Name, rule.When.Text);
        }

        if (decision.Else is { } otherwise)
        {
            writer.WriteString("else"u8, otherwise);
        }

        writer.WriteEndObject();
    }
}
