namespace Orleans.Inference.Commands.Simulation;

/// <summary>
/// Which cards are stolen and which terminals compromised on a day. New ones are drawn every day from the day's own generator, so that
/// any day can be asked for without those before it, and the first simulated day is like any other.
/// </summary>
internal sealed class Thefts(PaymentSimulationOptions options)
{
    private const int CompromisedDays = 28;
    private const int StolenDays = 14;

    // Three of 5,000 cards and two of 10,000 terminals a day.
    private const double StolenPerDay = 0.0006;
    private const double CompromisedPerDay = 0.0002;

    private readonly bool[] _stolen = new bool[options.Customers];
    private readonly bool[] _compromised = new bool[options.Terminals];
    private int _day = int.MinValue;

    /// <summary>Goes to a day, counted as <see cref="DateOnly.DayNumber"/>.</summary>
    public void MoveTo(int day)
    {
        if (day == _day)
        {
            return;
        }

        _day = day;
        Mark(_stolen, day, StolenDays, StolenPerDay, Purpose.StolenCards);
        Mark(_compromised, day, CompromisedDays, CompromisedPerDay, Purpose.CompromisedTerminals);
    }

    public bool IsStolen(int customer) => _stolen[customer];

    public bool IsCompromised(int terminal) => _compromised[terminal];

    private void Mark(bool[] marks, int day, int days, double perDay, ulong purpose)
    {
        Array.Clear(marks);
        for (var drawn = day - days + 1; drawn <= day; drawn++)
        {
            var random = new SeededRandom(options.Seed, purpose, (ulong)drawn);

            // A part of one is drawn with that probability.
            var count = (int)((marks.Length * perDay) + random.NextDouble());
            for (var i = 0; i < count; i++)
            {
                marks[random.NextInt(marks.Length)] = true;
            }
        }
    }
}
