using System.Globalization;
using Orleans.Inference.Pipelines.Configuration;
using Orleans.Inference.Pipelines.Yaml;

namespace Orleans.Inference.Pipelines.Validation;

/// <summary>Checks <c>model:</c>: how the features meet the tensors. Whether the tensors are there is seen when a version is loaded.</summary>
internal static class ModelValidator
{
    private const string InputAllowed = "features, or a map of input names to feature names";

    public static ModelBindingModel? Validate(PipelineConfig config, PipelineText text, ValidationScope scope)
    {
        var versions = text.Versions.Order().ToList();
        if (versions.Count == 0 && config.Model?.Online is null)
        {
            scope.Problems.Add($"there is no model version in {text.Folder}; allowed: numbered sub-folders with a model, such as 1/model.onnx");
        }

        if (config.Model is not { } model)
        {
            return null;
        }

        if (model.Online is { } online)
        {
            scope.AddNotYet(online.Mark, "online", "model.online");
        }

        var inputName = InputName(model.Input, config, scope);
        if (model.Score is not { } score)
        {
            return model.Online is null ? null : new ModelBindingModel(inputName, "", null, versions);
        }

        var open = score.Value.LastIndexOf('[');
        if (open < 0)
        {
            return new ModelBindingModel(inputName, score.Value, null, versions);
        }

        if (open > 0 && score.Value[^1] == ']'
            && int.TryParse(score.Value.AsSpan(open + 1)[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var column))
        {
            return new ModelBindingModel(inputName, score.Value[..open], column, versions);
        }

        scope.Problems.Add(score.Mark, $"`model.score` is `{score.Value}`; allowed: an output's name, or name[column] such as probabilities[1]");
        return null;
    }

    /// <summary>The name of the one input that takes all features; null for the model's only input.</summary>
    private static string? InputName(YamlNode? input, PipelineConfig config, ValidationScope scope)
    {
        switch (input)
        {
            case null or YamlScalar { Text: "features" }:
                return null;
            case YamlMapping { Entries.Count: > 0 } map:
                var takesAll = true;
                foreach (var (name, value) in map.Entries)
                {
                    takesAll &= TakesAll(value, $"model.input.{name.Text}", config, scope);
                }

                if (map.Entries.Count == 1 && takesAll)
                {
                    return map.Entries[0].Key.Text;
                }

                scope.AddNotYet(map.Mark, "several inputs", "model.input");
                return null;
            default:
                scope.Problems.Add(input.Mark, $"`model.input` is {input.Description}; allowed: {InputAllowed}");
                return null;
        }
    }

    /// <summary>Whether an input takes all features in their order; names that are no features are reported.</summary>
    private static bool TakesAll(YamlNode value, string path, PipelineConfig config, ValidationScope scope)
    {
        if (value is YamlScalar { Text: "features" })
        {
            return true;
        }

        if (value is not YamlSequence { Items.Count: > 0 } list)
        {
            scope.Problems.Add(value.Mark, $"`{path}` is {value.Description}; allowed: features, or a list of feature names");
            return false;
        }

        var known = config.Features.Select(feature => feature.Name?.Value ?? "").ToList();
        var names = list.Items.Select(item => Scalars.Text(item, path, scope.Problems)).OfType<Located<string>>().ToList();
        foreach (var name in names.Where(name => !known.Contains(name.Value)))
        {
            scope.Problems.Add(name.Mark, $"`{path}`: there is no feature `{name.Value}`{ValidationScope.Allowed(name.Value, known)}");
        }

        return names.Select(name => name.Value).SequenceEqual(known);
    }
}
