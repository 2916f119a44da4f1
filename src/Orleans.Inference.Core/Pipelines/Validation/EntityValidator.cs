using Orleans.Inference.Fields;
using Orleans.Inference.Pipelines.Configuration;

namespace Orleans.Inference.Pipelines.Validation;

/// <summary>Checks <c>entities:</c>: key fields exist and can be keys.</summary>
internal static class EntityValidator
{
    private const int MaxEntityTypes = 32;

    public static void Validate(PipelineConfig config, ValidationScope scope)
    {
        if (config.Entities.Count > MaxEntityTypes)
        {
            scope.Problems.Add(
                config.Entities[MaxEntityTypes].Name.Mark, $"`entities` has {config.Entities.Count} types; allowed: at most {MaxEntityTypes}");
        }

        foreach (var entity in config.Entities)
        {
            var path = $"entities.{entity.Name.Value}";
            scope.IsName(entity.Name, "an entity type");
            var keys = new List<int>(entity.KeyFields.Count);
            foreach (var key in entity.KeyFields)
            {
                if (KeyField(key, path, scope) is { } field)
                {
                    keys.Add(field.Index);
                }
            }

            if (entity.KeyFields.Count > 1)
            {
                scope.AddNotYet(entity.Mark, "composite entity", path);
            }

            scope.Entities.Add(new EntityTypeModel(entity.Name.Value, scope.Entities.Count, keys));
        }
    }

    /// <summary>The field if it can be a key, or null and a problem.</summary>
    public static FieldModel? KeyField(Located<string>? name, string path, ValidationScope scope)
    {
        if (scope.Field(name, path) is not { } field)
        {
            return null;
        }

        if (field.IsLabel || field.Type is not (FieldType.String or FieldType.Int or FieldType.Long or FieldType.Bool))
        {
            var what = field.IsLabel ? "label" : field.Type.ToString().ToLowerInvariant();
            scope.Problems.Add(name!.Mark, $"`{path}`: `{field.Name}` is a {what} and cannot be a key; allowed: string, int, long, bool");
            return null;
        }

        return field;
    }
}
