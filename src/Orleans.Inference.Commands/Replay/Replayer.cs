using Orleans.Inference.Commands.Validation;
using Orleans.Inference.Engines;
using Orleans.Inference.Models.Onnx;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Scoring;

namespace Orleans.Inference.Commands.Replay;

/// <summary>Runs one replay: files in, one row an event out, in input order.</summary>
internal sealed class Replayer(IReadOnlyList<IEngineFactory> engines, Func<Stream> openInput, Func<Stream> openOutput, TextWriter errors)
{
    /// <summary>Returns 0, or 1 when records were rejected or an input was cut short.</summary>
    /// <exception cref="CommandException">Wrong usage, a wrong pipeline, or an unreadable file.</exception>
    public async Task<int> RunAsync(ReplayOptions options, CancellationToken cancellationToken)
    {
        var pipeline = PipelineLoader.LoadRunnable(options.Pipeline, errors);
        var factory = EngineChoice.Find(engines, options.Engine);
        var engineOptions = EngineChoice.Options(options.Shards, options.BatchLimit);
        CheckFiles(options);
        try
        {
            await using var output = ReplayFiles.Create(options.Output, openOutput);
            await using var deadLetters = options.DeadLetters is null ? null : DeadLetterFile.Create(options.DeadLetters);
            IReplayWriter writer = ReplayFiles.IsJson(options.Output)
                ? new JsonReplayWriter(pipeline, output, options.Features, options.PredictionsOnly)
                : new CsvReplayWriter(pipeline, output, options.Features, options.PredictionsOnly);
            return await ReplayAsync(options, engineOptions, pipeline, factory, writer, new FaultReport(pipeline, deadLetters, errors), cancellationToken);
        }
        catch (ModelException exception)
        {
            throw new CommandException(ExitCode.Usage, exception.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Usage, exception.Message);
        }
    }

    /// <summary>Finds what is wrong with the files before any is opened: to open an output empties it.</summary>
    private static void CheckFiles(ReplayOptions options)
    {
        foreach (var file in options.Inputs.Where(file => file != "-"))
        {
            if (!File.Exists(file))
            {
                throw new CommandException(ExitCode.Usage, $"--input {file}: there is no such file");
            }

            if (IsSame(file, options.Output) || IsSame(file, options.DeadLetters))
            {
                throw new CommandException(ExitCode.Usage, $"{file} is also an input: it would be overwritten before it is read");
            }
        }
    }

    private static bool IsSame(string file, string? output) =>
        output is not (null or "-") && Path.GetFullPath(file) == Path.GetFullPath(output);

    private async Task<int> ReplayAsync(
        ReplayOptions options,
        EngineOptions engineOptions,
        PipelineModel pipeline,
        IEngineFactory factory,
        IReplayWriter writer,
        FaultReport faults,
        CancellationToken cancellationToken)
    {
        await using var engine = factory.CreateReplay(pipeline, new OnnxModelCatalog(), writer, engineOptions);
        using var progress = ReplayProgress.Start(options.Inputs, errors);
        var feed = new ReplayFeed(pipeline, engine, faults, progress, options.Limit ?? long.MaxValue);
        string? cut = null;
        foreach (var file in options.Inputs)
        {
            await using var input = ReplayFiles.Open(file, openInput, progress);
            cut = feed.Read(file, input, cancellationToken);
            if (cut is not null || feed.IsFull)
            {
                break;
            }
        }

        await engine.DrainAsync();
        writer.Finish();
        progress.Finish();
        faults.Finish();
        if (cut is not null)
        {
            await errors.WriteLineAsync(cut);
        }

        return cut is not null || faults.RejectedCount > 0 ? ExitCode.Rejected : ExitCode.Done;
    }
}
