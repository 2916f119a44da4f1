using Orleans.Inference.Pipelines.Configuration;
using Orleans.Inference.Pipelines.Validation;
using Orleans.Inference.Pipelines.Yaml;

namespace Orleans.Inference.Pipelines;

/// <summary>What reading a pipeline folder gave: a model, or every problem found.</summary>
public sealed record PipelineReading(PipelineModel? Model, IReadOnlyList<PipelineProblem> Problems);

/// <summary>A pipeline file as it was found.</summary>
/// <param name="Folder">Absolute path of the pipeline's folder.</param>
/// <param name="File">Path of the file as problems show it.</param>
/// <param name="Yaml">The file's text.</param>
/// <param name="Versions">Numbers of the model versions in the folder.</param>
public sealed record PipelineText(string Folder, string File, string Yaml, IReadOnlyList<int> Versions);

/// <summary>
/// Reads a pipeline file: YAML to what the user wrote (<c>Configuration</c>), to a validated model (<c>Validation</c>). The whole grammar is read and checked;
/// what this release cannot do is in <see cref="PipelineModel.NotYet"/>. Linear in the file's length, some milliseconds for a usual one.
/// </summary>
public static class PipelineReader
{
    /// <summary>Longest file in characters.</summary>
    public const int MaxLength = 1_000_000;

    /// <summary>The model, or every problem in the order of the file. Never throws for any text.</summary>
    public static PipelineReading Read(PipelineText text)
    {
        var problems = new ProblemList(text.File);
        if (text.Yaml.Length > MaxLength)
        {
            problems.Add($"the file has {text.Yaml.Length:N0} characters; allowed: at most {MaxLength:N0}");
            return new PipelineReading(null, problems.InOrder());
        }

        var root = YamlTree.Read(text.Yaml, problems);
        var model = root is null ? null : PipelineValidator.Validate(PipelineConfig.Read(root, problems), text, problems);
        return new PipelineReading(model, problems.InOrder());
    }
}
