using Orleans.Inference.Expressions;
using Orleans.Inference.Features;
using Orleans.Inference.Fields;
using Orleans.Inference.Pipelines.Configuration;

namespace Orleans.Inference.Pipelines.Validation;

/// <summary>Checks <c>features:</c>. A feature that this release cannot compute is named and left out of the result.</summary>
internal static class FeatureValidator
{
    private const int MaxFeatures = 10_000;

    private static readonly string[] AggregateOptions =
    [
        "by", "window", "last", "session", "tumbling", "forever", "where", "delay", "default", "exclude", "resolution", "maxEvents",
    ];

    private static readonly string[] AllOptions = [.. AggregateOptions, "map"];

    public static IReadOnlyList<FeatureModel> Validate(PipelineConfig config, ValidationScope scope)
    {
        var features = new List<FeatureModel>(config.Features.Count);
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        if (config.Features.Count > MaxFeatures)
        {
            scope.Problems.Add(config.Features[MaxFeatures].Mark, $"`features` has {config.Features.Count} features; allowed: at most {MaxFeatures}");
        }

        foreach (var feature in config.Features)
        {
            if (feature.Name is { } name && scope.IsName(name, "a feature") && !names.TryAdd(name.Value, name.Mark.Line))
            {
                scope.Problems.Add(name.Mark, $"a second feature is called `{name.Value}`, the first is in line {names[name.Value]}; allowed: a name once");
            }

            if (KindOf(feature, scope) is { } kind && Validate(feature, kind, config, scope) is { } model)
            {
                features.Add(model);
            }
        }

        return features;
    }

    private static FeatureKindConfig? KindOf(FeatureConfig feature, ValidationScope scope)
    {
        if (feature.Kinds.Count == 1)
        {
            return feature.Kinds[0];
        }

        var found = feature.Kinds.Count == 0 ? "nothing to compute" : "several: " + string.Join(", ", feature.Kinds.Select(kind => kind.Key));
        scope.Problems.Add(
            feature.Kinds.Count == 0 ? feature.Mark : feature.Kinds[1].Mark,
            $"`{feature.Path}` has {found}; allowed: exactly one of field, expr, lookup, {string.Join(", ", AggregateNames.All)}");
        return null;
    }

    private static FeatureModel? Validate(FeatureConfig feature, FeatureKindConfig kind, PipelineConfig config, ValidationScope scope)
    {
        string[] allowed = kind.Keyword switch
        {
            "field" => ["default"],
            "expr" => [],
            "lookup" => ["map", "default"],
            _ => AggregateOptions,
        };
        var count = feature.Present.Count(key => AllOptions.Contains(key) && !allowed.Contains(key) && key != kind.Key);
        if (count > 0)
        {
            var wrong = string.Join(", ", AllOptions.Where(key => feature.Has(key) && !allowed.Contains(key) && key != kind.Key));
            var listing = allowed.Length == 0 ? "name alone" : string.Join(", ", allowed);
            scope.Problems.Add(feature.Mark, $"`{feature.Path}`: {wrong} cannot stand beside `{kind.Key}`; allowed with it: {listing}");
        }

        switch (kind.Keyword)
        {
            case "field":
                return Field(feature, kind, scope);
            case "expr":
                return Expression(feature, kind, scope);
            case "lookup":
                ReferenceValidator.ValidateLookup(feature, kind, config, scope);
                return null;
            default:
                return WindowFeatureValidator.Validate(feature, kind, scope);
        }
    }

    private static FieldFeature? Field(FeatureConfig feature, FeatureKindConfig kind, ValidationScope scope)
    {
        var path = $"{feature.Path}.field";
        if (scope.Field(kind.Target, path) is not { } field)
        {
            return null;
        }

        if (field.IsLabel)
        {
            scope.Problems.Add(kind.Target!.Mark, OwnLabel(path, field));
            return null;
        }

        if (field.Type is FieldType.String or FieldType.Timestamp)
        {
            var expression = field.Type == FieldType.String ? $"{field.Name} == 'a'" : $"hour({field.Name})";
            scope.Problems.Add(
                kind.Target!.Mark,
                $"`{path}`: `{field.Name}` is a {field.Type.ToString().ToLowerInvariant()}, not a number; "
                + $"allowed: int, long, float, double, bool, or an expr such as `{expression}`");
            return null;
        }

        return feature.Name is { } name ? new FieldFeature(name.Value, field.Index, DefaultOf(feature, scope)) : null;
    }

    private static ExpressionFeature? Expression(FeatureConfig feature, FeatureKindConfig kind, ValidationScope scope)
    {
        var path = $"{feature.Path}.expr";
        if (kind.Target is not { } text || scope.Compile(text, path, ExpressionScope.ForFeature(scope.Fields)) is not { } expression)
        {
            return null;
        }

        if (expression.Fields.Select(index => scope.Fields[index]).FirstOrDefault(field => field.IsLabel) is { } label)
        {
            scope.Problems.Add(text.Mark, OwnLabel(path, label));
            return null;
        }

        return feature.Name is { } name ? new ExpressionFeature(name.Value, expression) : null;
    }

    /// <summary>The feature's default as float32, if it has one.</summary>
    public static float? DefaultOf(FeatureConfig feature, ValidationScope scope)
    {
        if (feature.Default is not { } value)
        {
            return null;
        }

        if (!float.IsFinite((float)value.Value))
        {
            scope.Problems.Add(value.Mark, $"`{feature.Path}.default` is {value.Value}; allowed: a number within the range of float32");
        }

        return (float)value.Value;
    }

    private static string OwnLabel(string path, FieldModel label) =>
        $"`{path}` reads the label `{label.Name}`; allowed: an aggregate over it with `delay`, for an event's own label never enters its own features";
}
