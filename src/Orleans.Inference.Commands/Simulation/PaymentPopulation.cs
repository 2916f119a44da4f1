namespace Orleans.Inference.Commands.Simulation;

/// <summary>Everyone and everything that does not change over time. Made in about 0.1 s for 5,000 customers; immutable.</summary>
internal sealed class PaymentPopulation
{
    private const double AtmShare = 0.12;

    private readonly PaymentChannel[] _channels;

    public PaymentPopulation(PaymentSimulationOptions options)
    {
        OnlineShops = Math.Max(1, options.Terminals / 5);
        var map = new TerminalMap(new SeededRandom(options.Seed, Purpose.Terminals), OnlineShops, options.Terminals);
        var channel = new SeededRandom(options.Seed, Purpose.Channels);
        _channels = new PaymentChannel[options.Terminals];
        for (var terminal = 0; terminal < options.Terminals; terminal++)
        {
            var isAtm = channel.NextDouble() < AtmShare;
            _channels[terminal] = terminal < OnlineShops ? PaymentChannel.Online : isAtm ? PaymentChannel.Atm : PaymentChannel.Pos;
        }

        var near = new List<int>();
        var workdays = new double[options.Customers];
        var weekends = new double[options.Customers];
        Customers = new CustomerModel[options.Customers];
        for (var customer = 0; customer < options.Customers; customer++)
        {
            var random = new SeededRandom(options.Seed, Purpose.Customers, (ulong)customer);
            var first = near.Count;
            map.FindNear(random.NextDouble(0, 100), random.NextDouble(0, 100), near);
            Customers[customer] = new CustomerModel(
                MeanAmount: random.NextDouble(5, 100),
                Hour: Math.Clamp(13 + (3 * random.NextNormal()), 7, 21),
                OnlineShare: random.NextDouble(0, 0.5),
                FirstNear: first,
                NearCount: near.Count - first);

            // From hardly ever to four times a day for a mean of two; at weekends most pay less, some more.
            workdays[customer] = random.NextDouble(0, 1);
            weekends[customer] = workdays[customer] * random.NextDouble(0.3, 1.3);
        }

        Near = [.. near];
        OnWorkdays = new WeightedChoice(workdays);
        OnWeekends = new WeightedChoice(weekends);
    }

    public CustomerModel[] Customers { get; }

    /// <summary>All customers' terminals, one run a customer.</summary>
    public int[] Near { get; }

    /// <summary>Terminals below this number are online shops.</summary>
    public int OnlineShops { get; }

    public WeightedChoice OnWorkdays { get; }

    public WeightedChoice OnWeekends { get; }

    public PaymentChannel ChannelOf(int terminal) => _channels[terminal];
}
