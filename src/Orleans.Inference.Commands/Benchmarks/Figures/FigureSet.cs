namespace Orleans.Inference.Commands.Benchmarks.Figures;

/// <summary>A scenario's figures, in the order in which they were first taken.</summary>
internal sealed class FigureSet(string scenario)
{
    private readonly List<Figure> _figures = [];

    public string Scenario { get; } = scenario;

    public IReadOnlyList<Figure> All => _figures;

    /// <summary>How long the scenario took.</summary>
    public TimeSpan Elapsed { get; set; }

    /// <summary>Adds one run's value.</summary>
    public void Add(string name, string unit, double value, Goal? goal = null)
    {
        var figure = _figures.Find(known => known.Name == name);
        if (figure is null)
        {
            _figures.Add(figure = new Figure(name, unit, goal));
        }

        figure.Add(value);
    }

    /// <summary>Adds where the processor's time went in one run.</summary>
    public void AddThreads(IEnumerable<KeyValuePair<string, TimeSpan>> threads, long events)
    {
        foreach (var (thread, time) in threads)
        {
            Add($"processor time, {thread}", "us/event", time.TotalMicroseconds / events);
        }
    }
}
