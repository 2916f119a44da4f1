namespace Orleans.Inference.Commands.Simulation;

/// <summary>Makes the payments of one slice after another. Its buffers are reused: used by one stream.</summary>
internal sealed class SliceGenerator(PaymentSimulationOptions options, PaymentPopulation population)
{
    /// <summary>Share of payments made at any hour, and not around the customer's own.</summary>
    private const double AnyHourShare = 0.06;
    private const double HoursSpread = 3;
    private const int TooLargeCents = 220_00;

    private readonly Thefts _thefts = new(options);
    private Payment[] _unsorted = [];
    private Payment[] _sorted = [];
    private long[] _order = [];

    /// <summary>The slice's payments in order of time, valid until the next call.</summary>
    public ArraySegment<Payment> Generate(PaymentSlice slice, int count, long firstNumber)
    {
        if (_unsorted.Length < count)
        {
            var capacity = count + (count / 8);
            _unsorted = new Payment[capacity];
            _sorted = new Payment[capacity];
            _order = new long[capacity];
        }

        _thefts.MoveTo(slice.Day);
        var random = slice.Random(options.Seed, Purpose.Payments);
        var choice = options.Rhythm && slice.IsWeekend ? population.OnWeekends : population.OnWorkdays;
        for (var i = 0; i < count; i++)
        {
            var customer = choice.Draw(ref random);
            var milliseconds = DrawTime(ref random, slice, population.Customers[customer].Hour);
            _unsorted[i] = Pay(ref random, customer);

            // Time and index in one number: sorting it is several times as fast as sorting payments, and equal times keep their order.
            _order[i] = ((long)milliseconds << 32) | (uint)i;
        }

        Array.Sort(_order, 0, count);
        var start = slice.Start;
        for (var i = 0; i < count; i++)
        {
            var entry = _order[i];
            _sorted[i] = _unsorted[(int)(uint)entry] with
            {
                Number = firstNumber + i,
                Time = start.AddTicks((entry >> 32) * TimeSpan.TicksPerMillisecond),
            };
        }

        return new ArraySegment<Payment>(_sorted, 0, count);
    }

    /// <summary>Milliseconds from the slice's begin.</summary>
    private int DrawTime(ref SeededRandom random, PaymentSlice slice, double customersHour)
    {
        var hours = slice.Seconds / 3600.0;
        if (!options.Rhythm || random.NextDouble() < AnyHourShare)
        {
            return (int)(random.NextDouble(0, hours) * 3_600_000);
        }

        while (true)
        {
            var hour = customersHour + (HoursSpread * random.NextNormal());
            if (hour >= 0 && hour < hours)
            {
                return (int)(hour * 3_600_000);
            }
        }
    }

    private Payment Pay(ref SeededRandom random, int customer)
    {
        var model = population.Customers[customer];
        var isOnline = random.NextDouble() < model.OnlineShare || model.NearCount == 0;
        var terminal = isOnline
            ? random.NextInt(population.OnlineShops)
            : population.Near[model.FirstNear + random.NextInt(model.NearCount)];
        var channel = population.ChannelOf(terminal);
        var cents = DrawCents(ref random, model.MeanAmount, channel);
        var scenario = cents > TooLargeCents ? FraudScenario.TooLarge : FraudScenario.None;
        if (_thefts.IsCompromised(terminal))
        {
            scenario = FraudScenario.CompromisedTerminal;
        }

        if (_thefts.IsStolen(customer) && random.NextInt(3) == 0)
        {
            scenario = FraudScenario.StolenCard;
            cents *= 5;
        }

        return new Payment(0, default, customer, terminal, cents, channel, scenario);
    }

    private static int DrawCents(ref SeededRandom random, double mean, PaymentChannel channel)
    {
        var amount = mean + (mean / 2 * random.NextNormal());
        if (amount < 0)
        {
            amount = random.NextDouble(0, 2 * mean);
        }

        // A cash machine has no coins.
        return channel == PaymentChannel.Atm ? Math.Max(1, (int)(amount / 10)) * 1000 : Math.Max(1, (int)(amount * 100));
    }
}
