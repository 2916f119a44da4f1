using System.Buffers;
using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Orleans.Inference.Kafka;

namespace Orleans.Inference.Commands.Simulation;

/// <summary>The arguments of <c>inference simulate</c>, and its way to Kafka.</summary>
internal static class SimulateProgram
{
    private const string Topic = "transactions";

    public static Command Create()
    {
        var pipeline = new Argument<string>("PIPELINE") { Description = "fraud, maintenance or recommendations" };
        var rate = new Option<double?>("--rate") { Description = "Events a second, in real time" };
        var count = new Option<long?>("--count") { Description = "How many" };
        var seed = new Option<ulong>("--seed") { Description = "The same seed gives the same events", DefaultValueFactory = _ => 1 };
        var output = new Option<string?>("--output") { Description = "File: .csv or .ndjson, .gz or not; standard output as NDJSON without it" };
        var kafka = new Option<string?>("--kafka") { Description = "HOST:PORT of a Kafka: into its topic " + Topic };
        var command = new Command("simulate", "Make realistic events") { pipeline, rate, count, seed, output, kafka };
        command.SetAction(async (result, cancellation) =>
        {
            var options = new SimulateOptions
            {
                Pipeline = result.GetRequiredValue(pipeline),
                Rate = result.GetValue(rate),
                Count = result.GetValue(count),
                Seed = result.GetValue(seed),
                Output = result.GetValue(output),
            };
            var simulate = new SimulateCommand(Console.Error);
            if (result.GetValue(kafka) is not { } brokers)
            {
                await using var target = Console.OpenStandardOutput();
                return await simulate.RunAsync(options, target, TimeProvider.System, cancellation);
            }

            if (options.Output is not null)
            {
                throw new CommandException(ExitCode.Usage, "--output and --kafka exclude each other");
            }

            return await SendAsync(simulate, options, brokers, cancellation);
        });
        return command;
    }

    private static async Task<int> SendAsync(SimulateCommand simulate, SimulateOptions options, string brokers, CancellationToken cancellationToken)
    {
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        using var loggers = LoggerFactory.Create(logging => ProgramLogging.Configure(logging, configuration));
        var section = configuration.GetSection("Kafka").AsEnumerable(makePathsRelative: true).Where(pair => pair.Key.Length > 0);
        var transport = new KafkaTransport(KafkaSettings.From(section, brokers), loggers, TimeProvider.System);
        await using var producer = transport.CreateProducer();
        var value = new ArrayBufferWriter<byte>(256);
        var key = new ArrayBufferWriter<byte>(16);
        ValueTask Send(ReadOnlyMemory<Payment> payments, CancellationToken token)
        {
            foreach (var payment in payments.Span)
            {
                value.ResetWrittenCount();
                key.ResetWrittenCount();
                PaymentWriter.WriteJson(payment, value, withTruth: true);
                PaymentWriter.WriteCustomer(payment, key);
                producer.Produce(Topic, key.WrittenSpan, value.WrittenSpan);
            }

            return ValueTask.CompletedTask;
        }

        var exitCode = await simulate.RunAsync(options with { Receiver = Send }, Stream.Null, TimeProvider.System, cancellationToken);
        await producer.FlushAsync(CancellationToken.None);
        return exitCode;
    }
}
