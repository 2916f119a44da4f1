using System.CommandLine;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Inference.Commands.Benchmarks;
using Orleans.Inference.Commands.Broker;
using Orleans.Inference.Commands.Replay;
using Orleans.Inference.Commands.Running;
using Orleans.Inference.Commands.Simulation;
using Orleans.Inference.Commands.Validation;
using Orleans.Inference.Engines;

namespace Orleans.Inference.Commands;

/// <summary>The program's commands over whatever engines a build has.</summary>
public static class InferenceProgram
{
    /// <summary>
    /// Runs the command that the arguments name and returns the exit code: 0 done, 1 rejected records or a stopped engine, 2 wrong usage or a wrong
    /// pipeline.
    /// </summary>
    public static async Task<int> RunAsync(string[] arguments, Func<ILoggerFactory, IReadOnlyList<IEngineFactory>> engines)
    {
        var root = new RootCommand("Scores events in real time: windowed features, versioned models.")
        {
            RunCommand.Create(engines),
            ReplayCommand.Create(engines(NullLoggerFactory.Instance)),
            ValidateCommand.Create(),
            SimulateProgram.Create(),
            BrokerCommand.Create(),
            BenchCommand.Create(engines),
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
            // The server handles signals itself: it drains, however long that takes.
            var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return await result.InvokeAsync(configuration);
        }
        catch (CommandException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return exception.ExitCode;
        }
        catch (InferenceException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return ExitCode.Usage;
        }
    }
}
