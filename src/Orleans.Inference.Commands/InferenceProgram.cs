using System.CommandLine;
using Orleans.Inference.Commands.Replay;
using Orleans.Inference.Commands.Validation;
using Orleans.Inference.Engines;

namespace Orleans.Inference.Commands;

/// <summary>The program's commands over whatever engines a build has.</summary>
public static class InferenceProgram
{
    /// <summary>Runs the command that the arguments name and returns the exit code: 0 done, 1 rejected records or a stopped engine, 2 wrong usage.</summary>
    public static async Task<int> RunAsync(string[] arguments, IReadOnlyList<IEngineFactory> engines)
    {
        var root = new RootCommand("Scores events in real time: windowed features, versioned models.")
        {
            ReplayCommand.Create(engines),
            ValidateCommand.Create(),
        };
        var result = root.Parse(arguments);
        if (result.Errors.Count > 0)
        {
            foreach (var error in result.Errors)
            {
                await Console.Error.WriteLineAsync(error.Message);
            }

            return ExitCode.Usage;
        }

        try
        {
            return await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (CommandException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return exception.ExitCode;
        }
    }
}
