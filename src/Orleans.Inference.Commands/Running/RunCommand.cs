using System.CommandLine;
using Orleans.Inference.Engines;

namespace Orleans.Inference.Commands.Running;

/// <summary><c>inference run</c>: serves pipelines until it is told to stop.</summary>
internal static class RunCommand
{
    public static Command Create(Func<Microsoft.Extensions.Logging.ILoggerFactory, IReadOnlyList<IEngineFactory>> engines)
    {
        var pipelines = new Argument<string[]>("PIPELINE_DIR") { Description = "Pipeline folders; models/fraud without any", Arity = ArgumentArity.ZeroOrMore };
        var kafka = new Option<string?>("--kafka") { Description = "HOST:PORT[,HOST:PORT] of a Kafka" };
        var broker = new Option<string?>("--broker") { Description = "embedded: a development broker in this process" };
        broker.AcceptOnlyFromAmong("embedded");
        var noKafka = new Option<bool>("--no-kafka") { Description = "Serve HTTP only" };
        var simulate = new Option<double?>("--simulate") { Description = "Feed so many simulated payments a second" };
        var urls = new Option<string>("--urls") { Description = "Where to listen", DefaultValueFactory = _ => "http://127.0.0.1:8080" };
        var state = new Option<string>("--state") { Description = "Folder for state", DefaultValueFactory = _ => ".state" };
        var engine = new Option<string?>("--engine") { Description = "embedded or orleans; the first that the build has without" };
        var shards = new Option<int?>("--shards") { Description = "Shards of entity state" };
        var standby = new Option<bool>("--standby") { Description = "Wait for the state folder and take over" };
        var command = new Command("run", "Serve pipelines") { pipelines, kafka, broker, noKafka, simulate, urls, state, engine, shards, standby };
        command.SetAction((result, cancellation) =>
        {
            var chosen = new[] { result.GetValue(kafka) is not null, result.GetValue(broker) is not null, result.GetValue(noKafka) }.Count(set => set);
            if (chosen > 1)
            {
                throw new CommandException(ExitCode.Usage, "--kafka, --broker and --no-kafka exclude each other");
            }

            if (result.GetValue(simulate) is { } rate && !(rate is >= 0.001 and <= 100_000))
            {
                throw new CommandException(ExitCode.Usage, $"--simulate {rate}: a number of payments a second from 0.001 to 100000 is allowed");
            }

            return RunHost.RunAsync(
                new RunOptions
                {
                    Pipelines = result.GetValue(pipelines) is { Length: > 0 } folders ? folders : [Path.Combine("models", "fraud")],
                    Kafka = result.GetValue(kafka),
                    EmbeddedBroker = result.GetValue(broker) is not null,
                    NoKafka = result.GetValue(noKafka),
                    Simulate = result.GetValue(simulate),
                    Urls = result.GetValue(urls)!,
                    StateDirectory = result.GetValue(state)!,
                    Engine = result.GetValue(engine),
                    Shards = result.GetValue(shards),
                    Standby = result.GetValue(standby),
                },
                engines,
                cancellation);
        });
        return command;
    }
}
