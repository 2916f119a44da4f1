namespace Orleans.Inference.Commands.Simulation;

/// <summary>
/// <c>inference simulate</c>: card payments into a file, a stream or a receiver. With <c>--rate</c> they come in real time and their
/// times are the wall clock's; without, as fast as they can be written, from <see cref="PaymentSimulationOptions.DefaultStart"/> on.
/// </summary>
/// <param name="errors">Receives one line when something is wrong.</param>
public sealed class SimulateCommand(TextWriter errors)
{
    private const int Done = 0;
    private const int WrongUsage = 2;
    private const int Together = 1024;

    /// <summary>Runs until the count is reached or it is cancelled, both of which are success.</summary>
    /// <param name="options">What is simulated and where it goes.</param>
    /// <param name="output">Receives NDJSON when neither a file nor a receiver is given; stays open.</param>
    /// <param name="timeProvider">The wall clock of <c>--rate</c>.</param>
    /// <param name="cancellationToken">Stops it; what has been made is written.</param>
    /// <returns>The exit code: 0, or 2 for wrong usage and for a file that cannot be written.</returns>
    public async Task<int> RunAsync(SimulateOptions options, Stream output, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        if (FindProblem(options) is { } problem)
        {
            await errors.WriteLineAsync(problem);
            return WrongUsage;
        }

        try
        {
            await SendAsync(options, output, Simulate(options, timeProvider, cancellationToken), cancellationToken);
            return Done;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Done;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync($"simulate: {options.Output ?? "standard output"} cannot be written: {exception.Message}");
            return WrongUsage;
        }
    }

    private static string? FindProblem(SimulateOptions options) => options switch
    {
        { Pipeline: "maintenance" or "recommendations" } =>
            $"simulate: '{options.Pipeline}' cannot be simulated in this release; 'fraud' can.",
        { Pipeline: not "fraud" } => $"simulate: there is no simulation '{options.Pipeline}'; allowed: fraud.",
        { Rate: null, Count: null } => "simulate: give --rate N (payments a second) or --count N.",
        { Rate: { } rate } when !(rate is >= 0.001 and <= 1_000_000) =>
            "simulate: --rate is a number of payments a second from 0.001 to 1000000.",
        { Count: < 0 } => "simulate: --count is a number of payments, 0 or more.",
        _ => null,
    };

    private static async Task SendAsync(
        SimulateOptions options, Stream output, IAsyncEnumerable<ReadOnlyMemory<Payment>> payments, CancellationToken cancellationToken)
    {
        if (options.Receiver is { } receiver)
        {
            await foreach (var some in payments)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await receiver(some, cancellationToken);
            }

            return;
        }

        await using var target = options.Output is null ? PaymentOutput.On(output) : PaymentOutput.Create(options.Output)
            ?? throw new IOException("its name ends with none of .csv, .ndjson, .jsonl, .json, each with .gz or not.");
        await foreach (var some in payments)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await target.WriteAsync(some, CancellationToken.None);
            if (options.Rate is not null)
            {
                // Who watches a paced stream wants to see it now.
                await target.FlushAsync(CancellationToken.None);
            }
        }
    }

    private static IAsyncEnumerable<ReadOnlyMemory<Payment>> Simulate(
        SimulateOptions options, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        if (options.Rate is not { } rate)
        {
            var all = new PaymentSimulator(new PaymentSimulationOptions { Seed = options.Seed }).From();
            return Limit(all, options.Count ?? long.MaxValue).Chunk(Together)
                .Select(some => (ReadOnlyMemory<Payment>)some).ToAsyncEnumerable();
        }

        var now = timeProvider.GetUtcNow().UtcDateTime;
        var today = DateOnly.FromDateTime(now);
        var simulation = PaymentSimulationOptions.ForRate(rate) with { Seed = options.Seed };

        // From a fixed day on, a payment's number follows from its time: a restart does not use a number again.
        simulation = simulation with { Start = today < simulation.Start ? today : simulation.Start };
        var live = new PaymentSimulator(simulation).Since(now);
        return PaymentPacer.PaceAsync(Limit(live, options.Count ?? long.MaxValue), timeProvider, cancellationToken);
    }

    private static IEnumerable<Payment> Limit(IEnumerable<Payment> payments, long count)
    {
        using var enumerator = payments.GetEnumerator();
        for (; count > 0 && enumerator.MoveNext(); count--)
        {
            yield return enumerator.Current;
        }
    }
}
