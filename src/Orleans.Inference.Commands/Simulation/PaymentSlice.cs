namespace Orleans.Inference.Commands.Simulation;

/// <summary>A piece of a day that is simulated and sorted at once.</summary>
/// <param name="Day">As <see cref="DateOnly.DayNumber"/>.</param>
/// <param name="Second">Second of the day at which it begins.</param>
/// <param name="Seconds">Its length.</param>
internal readonly record struct PaymentSlice(int Day, int Second, int Seconds)
{
    public const int SecondsPerDay = 24 * 60 * 60;

    /// <summary>A slice with more payments than this is divided, where it can be.</summary>
    private const double ManyPayments = 20_000;

    public DateTime Start => new DateTime(Day * TimeSpan.TicksPerDay, DateTimeKind.Utc).AddSeconds(Second);

    public bool IsWeekend => Start.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;

    public PaymentSlice Next =>
        Second + Seconds < SecondsPerDay ? this with { Second = Second + Seconds } : this with { Day = Day + 1, Second = 0 };

    /// <summary>
    /// The first slice of a stream. Hours belong to customers, so a day with a rhythm is one slice; without, it is divided so that a
    /// slice is some ten thousand payments: little to wait for and little to hold.
    /// </summary>
    public static PaymentSlice First(PaymentSimulationOptions options)
    {
        var seconds = SecondsPerDay;
        foreach (var shorter in (ReadOnlySpan<int>)[21_600, 3_600, 900, 300, 60, 10, 1])
        {
            if (!options.Rhythm && options.PaymentsPerDay * seconds / SecondsPerDay > ManyPayments)
            {
                seconds = shorter;
            }
        }

        return new PaymentSlice(options.Start.DayNumber, 0, seconds);
    }

    /// <summary>A generator of this slice's own, for a purpose.</summary>
    public SeededRandom Random(ulong seed, ulong purpose) => new(seed, purpose, ((ulong)Day * SecondsPerDay) + (ulong)Second);
}
