using System.Text.Json;
using Orleans.Inference.Features;
using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Api.Pipelines;

/// <summary>A feature's definition with the members that pipeline files give it.</summary>
internal static class FeatureJson
{
    public static void Write(Utf8JsonWriter writer, PipelineModel pipeline, FeatureModel feature)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, feature.Name);
        switch (feature)
        {
            case FieldFeature field:
                writer.WriteString("field"u8, pipeline.Fields[field.Field].Name);
                WriteDefault(writer, field.Default);
                break;
            case ExpressionFeature expression:
                writer.WriteString("expr"u8, expression.Expression.Text);
                break;
            case WindowFeature window:
                WriteWindow(writer, pipeline, window);
                break;
        }

        writer.WriteEndObject();
    }

    private static void WriteWindow(Utf8JsonWriter writer, PipelineModel pipeline, WindowFeature feature)
    {
        writer.WriteString(
            JsonNamingPolicy.CamelCase.ConvertName(feature.Aggregate.ToString()),
            feature.Field is { } field ? pipeline.Fields[field].Name : "*");
        writer.WriteString("by"u8, pipeline.Entities[feature.EntityType].Name);
        writer.WriteString("window"u8, feature.Window.SpanTicks is { } span ? DurationText.Format(TimeSpan.FromTicks(span)) : "forever");
        if (feature.Window.DelayTicks > 0)
        {
            writer.WriteString("delay"u8, DurationText.Format(TimeSpan.FromTicks(feature.Window.DelayTicks)));
        }

        if (feature.Where is { } where)
        {
            writer.WriteString("where"u8, where.Text);
        }

        WriteDefault(writer, feature.Default);
    }

    private static void WriteDefault(Utf8JsonWriter writer, float? value)
    {
        if (value is { } number && float.IsFinite(number))
        {
            writer.WriteNumber("default"u8, number);
        }
    }
}
