using System.CommandLine;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Inference.Engines;

namespace Orleans.Inference.Commands.Benchmarks;

/// <summary><c>inference bench</c>: measures this build on this machine.</summary>
internal static class BenchCommand
{
    public static Command Create(Func<ILoggerFactory, IReadOnlyList<IEngineFactory>> engines)
    {
        var scenario = new Option<string?>("--scenario") { Description = $"{string.Join(", ", Bench.ScenarioNames)}; all of them without" };
        scenario.AcceptOnlyFromAmong([.. Bench.ScenarioNames]);
        var runs = new Option<int>("--runs") { Description = "How often each figure is taken; its median counts", DefaultValueFactory = _ => 5 };
        var events = new Option<string>("--events") { Description = "full, or small only to see that it works", DefaultValueFactory = _ => "full" };
        events.AcceptOnlyFromAmong("full", "small");
        var json = new Option<string?>("--json") { Description = "File for the figures as JSON; without, one line behind the table" };
        var pipeline = new Option<string>("--pipeline") { Description = "A fraud pipeline's folder", DefaultValueFactory = _ => new BenchOptions().Pipeline };
        var engine = new Option<string>("--engine") { Description = "embedded or orleans", DefaultValueFactory = _ => "embedded" };
        var shards = new Option<int?>("--shards") { Description = "Shards of entity state" };
        var command = new Command("bench", "Measure speed, latency and memory on this machine")
        {
            scenario, runs, events, json, pipeline, engine, shards,
        };
        command.SetAction((result, cancellation) =>
        {
            var options = new BenchOptions
            {
                Pipeline = result.GetValue(pipeline)!,
                Scenario = result.GetValue(scenario),
                Runs = result.GetValue(runs),
                IsSmall = result.GetValue(events) == "small",
                Json = result.GetValue(json),
                Engine = result.GetValue(engine)!,
                Shards = result.GetValue(shards),
            };
            if (options.Runs is < 1 or > 100)
            {
                throw new CommandException(ExitCode.Usage, $"--runs {options.Runs}: 1 to 100 are allowed");
            }

            var found = EngineChoice.Find(engines(NullLoggerFactory.Instance), options.Engine);
            return new Bench(found, Console.Out, Console.Error).RunAsync(options, cancellation);
        });
        return command;
    }
}
