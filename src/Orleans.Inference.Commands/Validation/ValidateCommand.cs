using System.CommandLine;
using Orleans.Inference.Models.Catalog;
using Orleans.Inference.Models.Onnx;
using Orleans.Inference.Scoring;

namespace Orleans.Inference.Commands.Validation;

/// <summary><c>inference validate</c>: every problem of a pipeline folder at once, models included.</summary>
internal static class ValidateCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("PIPELINE_DIR") { Description = "Folder with pipeline.yaml and numbered model versions" };
        var command = new Command("validate", "Check a pipeline folder") { folder };
        command.SetAction(result => Run(result.GetRequiredValue(folder), Console.Out, Console.Error));
        return command;
    }

    public static int Run(string folder, TextWriter output, TextWriter errors)
    {
        var reading = PipelineFolder.Load(folder);
        foreach (var problem in reading.Problems)
        {
            errors.WriteLine(problem);
        }

        if (reading.Model is not { } model)
        {
            return ExitCode.Usage;
        }

        foreach (var warning in model.Warnings)
        {
            errors.WriteLine($"warning: {warning}");
        }

        foreach (var notYet in model.NotYet)
        {
            errors.WriteLine($"not in this release: {notYet}");
        }

        if (model.NotYet.Count > 0)
        {
            // Features may be left out of the model here, so its versions cannot be held against them.
            output.WriteLine($"{folder}: valid, but run and replay will refuse it");
            return ExitCode.Done;
        }

        var wrong = 0;
        var catalog = new OnnxModelCatalog();
        foreach (var version in model.Model.Versions)
        {
            try
            {
                catalog.Load(model, version).Dispose();
            }
            catch (ModelException exception)
            {
                errors.WriteLine(exception.Message);
                wrong++;
            }
        }

        if (wrong == 0)
        {
            output.WriteLine(
                $"{folder}: valid: {model.Features.Count} features, {model.Entities.Count} entity types, versions {string.Join(", ", model.Model.Versions)}");
        }

        return wrong == 0 ? ExitCode.Done : ExitCode.Usage;
    }
}
