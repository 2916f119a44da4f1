using Orleans.Inference.Models.Catalog;
using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Commands.Validation;

/// <summary>Loads pipelines for commands that run them.</summary>
internal static class PipelineLoader
{
    /// <summary>Loads a pipeline that this release can run whole; warnings go to <paramref name="errors"/>.</summary>
    /// <exception cref="CommandException">It is wrong, or uses what this release cannot do: exit 2 with every problem.</exception>
    public static PipelineModel LoadRunnable(string folder, TextWriter errors)
    {
        var reading = PipelineFolder.Load(folder);
        if (reading.Model is not { } model)
        {
            throw new CommandException(ExitCode.Usage, Lines(reading.Problems));
        }

        if (model.NotYet.Count > 0)
        {
            throw new CommandException(
                ExitCode.Usage, Lines(model.NotYet) + $"\n{folder}: this release cannot run what the lines above name; validate accepts it");
        }

        foreach (var warning in model.Warnings)
        {
            errors.WriteLine($"warning: {warning}");
        }

        return model;
    }

    private static string Lines(IEnumerable<PipelineProblem> problems) => string.Join('\n', problems);
}
