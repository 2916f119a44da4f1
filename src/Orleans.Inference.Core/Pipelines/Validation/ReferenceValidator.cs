using Orleans.Inference.Fields;
using Orleans.Inference.Pipelines.Configuration;
using Orleans.Inference.Pipelines.Yaml;

namespace Orleans.Inference.Pipelines.Validation;

/// <summary>Checks <c>references:</c> and the features that look into them. This release joins none: all of it goes to the not-yet list.</summary>
internal static class ReferenceValidator
{
    public static void Validate(PipelineConfig config, ValidationScope scope)
    {
        foreach (var reference in config.References)
        {
            var path = $"references.{reference.Name.Value}";
            scope.IsName(reference.Name, "a reference");
            EntityValidator.KeyField(reference.Key, $"{path}.key", scope);
            foreach (var field in reference.Fields)
            {
                FieldValidator.Validate(field, 0, $"{path}.fields.{field.Name.Value}", scope.Problems);
            }

            scope.AddNotYet(reference.Name.Mark, "references", path);
        }
    }

    public static void ValidateLookup(FeatureConfig feature, FeatureKindConfig kind, PipelineConfig config, ValidationScope scope)
    {
        scope.AddNotYet(kind.Mark, "lookup", feature.Path);
        CheckMap(feature, scope);
        if (kind.Target is not { } target)
        {
            return;
        }

        var known = config.References
            .SelectMany(reference => reference.Fields, (reference, field) => (Name: $"{reference.Name.Value}.{field.Name.Value}", field.Type))
            .ToList();
        var found = known.Find(candidate => candidate.Name == target.Value);
        if (found.Name is null)
        {
            scope.Problems.Add(
                target.Mark,
                $"`{feature.Path}.lookup`: there is no reference field `{target.Value}`"
                + ValidationScope.Allowed(target.Value, known.Select(candidate => candidate.Name)));
        }
        else if (found.Type is FieldType.String or FieldType.Timestamp && feature.Map is null)
        {
            scope.Problems.Add(
                target.Mark, $"`{feature.Path}.lookup`: `{target.Value}` is not a number; allowed: a number, or a `map` of its values to numbers");
        }
    }

    private static void CheckMap(FeatureConfig feature, ValidationScope scope)
    {
        foreach (var (key, value) in feature.Map?.Entries ?? Enumerable.Empty<YamlEntry>())
        {
            Scalars.Number(value, $"{feature.Path}.map.{key.Text}", scope.Problems);
        }
    }
}
