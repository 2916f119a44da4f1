using Orleans.Inference.Commands.Simulation;

namespace Orleans.Inference.Commands.Benchmarks.Live;

/// <summary>
/// Payments spread evenly over customers and terminals: after as many payments as customers each has made one, so that memory an entity follows from the numbers and not
/// from chance.
/// </summary>
internal static class SpreadPayments
{
    // Primes, so that neighbours in the stream are far apart in memory.
    private const long CustomerStride = 7_368_787;
    private const long TerminalStride = 15_485_863;
    private const ulong Seed = 1;

    /// <param name="count">How many.</param>
    /// <param name="customers">Customers, not a multiple of the strides.</param>
    /// <param name="terminals">Terminals, not a multiple of the strides.</param>
    /// <param name="span">From the first to the last.</param>
    public static IEnumerable<Payment> Make(long count, int customers, int terminals, TimeSpan span)
    {
        var random = new SeededRandom(Seed);
        var start = PaymentSimulationOptions.DefaultStart.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
        var step = span / count;
        for (var number = 0L; number < count; number++)
        {
            var time = start + (step * number);
            yield return new Payment(
                number,
                new DateTime(time.Ticks - (time.Ticks % TimeSpan.TicksPerMillisecond), DateTimeKind.Utc),
                (int)(number * CustomerStride % customers),
                (int)(number * TerminalStride % terminals),
                1 + random.NextInt(20_000),
                (PaymentChannel)random.NextInt(3),
                random.NextInt(100) == 0 ? FraudScenario.TooLarge : FraudScenario.None);
        }
    }
}
