namespace Orleans.Inference.Commands.Simulation;

/// <summary>
/// What is simulated. The people, terminals and thefts depend on seed, customers and terminals alone, so that streams of another density
/// or start are about the same people.
/// </summary>
public sealed record PaymentSimulationOptions
{
    /// <summary>
    /// The default first day. It is fixed, so that the same seed gives the same bytes on any day, and a number the same payment after a
    /// restart.
    /// </summary>
    public static readonly DateOnly DefaultStart = new(2026, 1, 1);

    private const int MinCustomers = 5_000;
    private const int MaxCustomers = 50_000;

    public ulong Seed { get; init; } = 1;

    public int Customers { get; init; } = MinCustomers;

    /// <summary>A fifth of them are online shops.</summary>
    public int Terminals { get; init; } = 2 * MinCustomers;

    /// <summary>The day (UTC) of the first payment.</summary>
    public DateOnly Start { get; init; } = DefaultStart;

    /// <summary>The number of the first payment.</summary>
    public long FirstNumber { get; init; }

    /// <summary>Mean over a week, of all customers together.</summary>
    public double PaymentsPerDay { get; init; } = 1.9 * MinCustomers;

    /// <summary>Customers have hours and days at which they pay more; without, payments are spread evenly over the week.</summary>
    public bool Rhythm { get; init; } = true;

    /// <summary>
    /// A stream of <paramref name="rate"/> payments a second whose event time runs with the wall clock. A constant rate and a rhythm
    /// exclude each other, so there is none. Customers are as many as make two payments a day, between 5,000 and 50,000: above 1.2 a
    /// second each makes more than two, because a population of millions would need days of history before a window holds anything.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not a positive number.</exception>
    public static PaymentSimulationOptions ForRate(double rate)
    {
        if (!(rate > 0) || double.IsInfinity(rate))
        {
            throw new ArgumentOutOfRangeException(nameof(rate), rate, "The rate is a positive number of payments a second.");
        }

        var paymentsPerDay = rate * 86_400;
        var customers = (int)Math.Clamp(paymentsPerDay / 2, MinCustomers, MaxCustomers);
        return new PaymentSimulationOptions
        {
            Customers = customers,
            Terminals = 2 * customers,
            PaymentsPerDay = paymentsPerDay,
            Rhythm = false,
        };
    }
}
