namespace Orleans.Inference.Commands.Simulation;

/// <summary>
/// An endless stream of card payments in order of time, after the idea of the simulator in Le Borgne, Siblini, Lebichot and Bontempi,
/// "Reproducible Machine Learning for Credit Card Fraud Detection - Practical Handbook" (2022): customers and terminals on a map, habits
/// of each customer, three kinds of fraud (<see cref="FraudScenario"/>), about one payment in a hundred.
/// </summary>
/// <remarks>
/// A pure function of the options: the same bytes on every machine. How many payments a slice of time has is drawn apart from what they
/// are, so that starting at payment or day N costs one draw a slice, not N payments. Customers are drawn in proportion to their
/// frequency, which is the same as a Poisson process for each, at a cost that does not depend on their number. About 0.2 µs a payment. A
/// stream is read by one thread; several streams of one simulator may be read at once.
/// </remarks>
public sealed class PaymentSimulator
{
    private readonly PaymentSimulationOptions _options;
    private readonly PaymentPopulation _population;
    private readonly double _perWorkday;
    private readonly double _perWeekendDay;

    /// <exception cref="ArgumentException">There are no customers, fewer than two terminals, or less than one payment a day.</exception>
    public PaymentSimulator(PaymentSimulationOptions options)
    {
        if (options.Customers < 1 || options.Terminals < 2 || !(options.PaymentsPerDay >= 1))
        {
            throw new ArgumentException("A simulation has at least one customer, two terminals and one payment a day.", nameof(options));
        }

        _options = options;
        _population = new PaymentPopulation(options);
        var workday = _population.OnWorkdays.Total;
        var weekend = options.Rhythm ? _population.OnWeekends.Total : workday;
        _perWorkday = options.PaymentsPerDay * 7 * workday / ((5 * workday) + (2 * weekend));
        _perWeekendDay = options.PaymentsPerDay * 7 * weekend / ((5 * workday) + (2 * weekend));
    }

    /// <summary>The stream without its first <paramref name="skip"/> payments.</summary>
    public IEnumerable<Payment> From(long skip = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(skip);
        var slice = PaymentSlice.First(_options);
        var number = _options.FirstNumber;
        for (var count = CountOf(slice); skip >= count; count = CountOf(slice))
        {
            skip -= count;
            number += count;
            slice = slice.Next;
        }

        return Stream(slice, number).Skip((int)skip);
    }

    /// <summary>The stream from the first payment at or after a time (UTC) on. Its numbers are those of the whole stream.</summary>
    public IEnumerable<Payment> Since(DateTime time)
    {
        var slice = PaymentSlice.First(_options);
        var number = _options.FirstNumber;
        while (slice.Next.Start <= time)
        {
            number += CountOf(slice);
            slice = slice.Next;
        }

        return Stream(slice, number).SkipWhile(payment => payment.Time < time);
    }

    private IEnumerable<Payment> Stream(PaymentSlice slice, long number)
    {
        var generator = new SliceGenerator(_options, _population);
        while (true)
        {
            foreach (var payment in generator.Generate(slice, CountOf(slice), number))
            {
                yield return payment;
                number++;
            }

            slice = slice.Next;
        }
    }

    /// <summary>
    /// A Poisson number by its normal approximation; where that would be far off, the mean rounded to one of its neighbours.
    /// </summary>
    private int CountOf(PaymentSlice slice)
    {
        var perDay = slice.IsWeekend ? _perWeekendDay : _perWorkday;
        var mean = perDay * slice.Seconds / PaymentSlice.SecondsPerDay;
        var random = slice.Random(_options.Seed, Purpose.Counts);
        return mean < 50
            ? (int)(mean + random.NextDouble())
            : (int)(mean + (Math.Sqrt(mean) * random.NextNormal()) + 0.5);
    }
}
