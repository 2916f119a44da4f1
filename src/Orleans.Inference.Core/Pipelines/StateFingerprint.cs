using System.Text;
using Orleans.Inference.Entities;
using Orleans.Inference.Features;
using Orleans.Inference.Fields;

namespace Orleans.Inference.Pipelines;

/// <summary>
/// Names everything that shapes entity state: fields (name, type, unit, label, id, time), entity types, and features (name and fold) in their order. Topics,
/// constraints, defaults, route and decision are left out: they may change under the same state.
/// </summary>
internal static class StateFingerprint
{
    /// <summary>16 hexadecimal digits: xxHash64 of the canonical text.</summary>
    public static string Of(
        SourceModel source, IReadOnlyList<FieldModel> fields, IReadOnlyList<EntityTypeModel> entities, IReadOnlyList<FeatureModel> features)
    {
        var text = new StringBuilder("state 1\n");
        foreach (var field in fields)
        {
            var role = (field.Index == source.IdField ? "id " : "") + (field.Index == source.TimeField ? "time " : "") + (field.IsLabel ? "label" : "");
            Line(text, "field", field.Name, field.Type.ToString(), field.Unit.ToString(), role);
        }

        foreach (var entity in entities)
        {
            Line(text, "entity", [entity.Name, .. entity.KeyFields.Select(index => fields[index].Name)]);
        }

        foreach (var feature in features)
        {
            Line(text, "feature", [feature.Name, .. Fold(feature, fields, entities)]);
        }

        return XxHash64.Hash(Encoding.UTF8.GetBytes(text.ToString())).ToString("x16");
    }

    private static string[] Fold(FeatureModel feature, IReadOnlyList<FieldModel> fields, IReadOnlyList<EntityTypeModel> entities)
    {
        if (feature is not WindowFeature window)
        {
            return [];
        }

        return
        [
            window.Aggregate.ToString(),
            window.Field is { } field ? fields[field].Name : "*",
            entities[window.EntityType].Name,
            window.Window.SpanTicks?.ToString() ?? "forever",
            window.Window.DelayTicks.ToString(),
            window.Where?.Text ?? "",
        ];
    }

    /// <summary>Every part with its length, so that no two lists of parts give one text.</summary>
    private static void Line(StringBuilder text, string kind, params ReadOnlySpan<string> parts)
    {
        text.Append(kind);
        foreach (var part in parts)
        {
            text.Append(' ').Append(part.Length).Append(':').Append(part);
        }

        text.Append('\n');
    }
}
