using System.CommandLine;
using System.Runtime.InteropServices;
using Orleans.Inference.Kafka;

namespace Orleans.Inference.Commands.Broker;

/// <summary><c>inference broker</c>: a development broker in its own process. Its first line is its address.</summary>
internal static class BrokerCommand
{
    public static Command Create()
    {
        var topics = new Option<string?>("--topics") { Description = "NAME:PARTITIONS,...; others are made with 4 partitions on first use" };
        var command = new Command("broker", "Start a development broker") { topics };
        command.SetAction((result, cancellation) => RunAsync(Parse(result.GetValue(topics)), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(IReadOnlyList<TopicSpec> topics, CancellationToken cancellationToken)
    {
        using var broker = DevelopmentBroker.Start(topics: topics);
        await Console.Out.WriteLineAsync(broker.BootstrapServers);
        await Console.Out.FlushAsync(cancellationToken);
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.TrySetResult();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        await stop.Task;
        return ExitCode.Done;
    }

    private static List<TopicSpec> Parse(string? topics)
    {
        var specs = new List<TopicSpec>();
        foreach (var text in topics?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [])
        {
            var colon = text.LastIndexOf(':');
            if (colon < 1 || !int.TryParse(text.AsSpan(colon + 1), out var partitions) || partitions is < 1 or > 1000)
            {
                throw new CommandException(ExitCode.Usage, $"--topics {text}: NAME:PARTITIONS is allowed, with 1 to 1000 partitions");
            }

            specs.Add(new TopicSpec(text[..colon], partitions));
        }

        return specs;
    }
}
