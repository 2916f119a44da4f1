using Orleans.Inference.Pipelines.Configuration;
using Orleans.Inference.Pipelines.Yaml;

namespace Orleans.Inference.Pipelines.Validation;

/// <summary>Makes the model of what the user wrote. Every section is checked, whatever is wrong with the others.</summary>
internal static class PipelineValidator
{
    private const int MaxNameLength = 100;

    /// <summary>The model; null when the problem list is not empty.</summary>
    public static PipelineModel? Validate(PipelineConfig config, PipelineText text, ProblemList problems)
    {
        var scope = new ValidationScope(text.File, problems);
        CheckName(config.Name, problems);
        FieldValidator.Validate(config, scope);
        EntityValidator.Validate(config, scope);
        var source = SourceValidator.Validate(config, scope);
        ReferenceValidator.Validate(config, scope);
        var features = FeatureValidator.Validate(config, scope);
        var model = ModelValidator.Validate(config, text, scope);
        var (route, writtenRoute) = RouteValidator.Validate(config, text, scope);
        var decision = DecisionValidator.Validate(config, scope);
        var sink = OutputValidator.Sink(config, source, scope);
        var labels = OutputValidator.Labels(config, scope);
        if (!problems.IsEmpty || source is null || model is null)
        {
            return null;
        }

        return new PipelineModel
        {
            Name = config.Name!.Value,
            Folder = text.Folder,
            Source = source,
            Fields = [.. scope.Fields],
            Entities = [.. scope.Entities],
            Features = features,
            Model = model,
            Route = route,
            WrittenRoute = writtenRoute,
            Decision = decision,
            CheckpointInterval = config.Checkpoint?.Value ?? TimeSpan.FromSeconds(1),
            Sink = sink,
            Labels = labels,
            NotYet = scope.NotYet.InOrder(),
            Warnings = scope.Warnings.InOrder(),
            StateFingerprint = StateFingerprint.Of(source, scope.Fields, scope.Entities, features),
        };
    }

    private static void CheckName(Located<string>? name, ProblemList problems)
    {
        if (name is not null
            && !(name.Value.Length is > 0 and <= MaxNameLength
                && name.Value.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-')))
        {
            var written = new YamlScalar(name.Mark, name.Value, IsPlain: false).Description;
            problems.Add(name.Mark, $"`pipeline` is {written}; allowed: a-z 0-9 -, at most {MaxNameLength}");
        }
    }
}
