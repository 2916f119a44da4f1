using System.CommandLine;
using Orleans.Inference.Engines;

namespace Orleans.Inference.Commands.Replay;

/// <summary><c>inference replay</c>: scores recorded events as if they came live.</summary>
internal static class ReplayCommand
{
    public static Command Create(IReadOnlyList<IEngineFactory> engines)
    {
        var pipeline = new Argument<string>("PIPELINE_DIR") { Description = "Folder with pipeline.yaml and numbered model versions" };
        var input = new Option<string[]>("--input")
        {
            Description = "CSV or NDJSON, .gz or not, - for standard input; several are one sequence",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        var output = new Option<string?>("--output") { Description = "Results: .csv or .ndjson, .gz or not; standard output as CSV without it" };
        var features = new Option<bool>("--features") { Description = "Add a column per feature" };
        var predictionsOnly = new Option<bool>("--predictions-only") { Description = "Leave out rows that were not scored" };
        var limit = new Option<long?>("--limit") { Description = "Read at most so many records" };
        var labels = new Option<string?>("--labels") { Description = "Labels that came later (not in this release)" };
        var reference = new Option<string[]>("--reference") { Description = "NAME=FILE (not in this release)" };
        var deadLetters = new Option<string?>("--dead-letters") { Description = "File for rejected and late records, as NDJSON with their reasons" };
        var engine = new Option<string>("--engine") { Description = "embedded or orleans", DefaultValueFactory = _ => "embedded" };
        var shards = new Option<int?>("--shards") { Description = "Shards of entity state; the results do not depend on it" };
        var batch = new Option<int?>("--batch-limit") { Description = "Largest batch; the results do not depend on it" };
        var command = new Command("replay", "Score recorded events")
        {
            pipeline, input, output, features, predictionsOnly, limit, labels, reference, deadLetters, engine, shards, batch,
        };
        command.SetAction((result, cancellation) =>
        {
            foreach (var option in new Option[] { labels, reference })
            {
                if (result.GetResult(option) is { Implicit: false })
                {
                    throw new CommandException(ExitCode.Usage, $"{option.Name} is not in this release");
                }
            }

            var options = new ReplayOptions
            {
                Pipeline = result.GetRequiredValue(pipeline),
                Inputs = result.GetRequiredValue(input),
                Output = result.GetValue(output),
                Features = result.GetValue(features),
                PredictionsOnly = result.GetValue(predictionsOnly),
                Limit = result.GetValue(limit),
                DeadLetters = result.GetValue(deadLetters),
                Engine = result.GetValue(engine)!,
                Shards = result.GetValue(shards),
                BatchLimit = result.GetValue(batch),
            };
            return new Replayer(engines, Console.OpenStandardInput, Console.OpenStandardOutput, Console.Error).RunAsync(options, cancellation);
        });
        return command;
    }
}
