using Orleans.Inference.Aggregates;
using Orleans.Inference.Features;

namespace Orleans.Inference.Windows;

/// <summary>
/// A stream of one entity's events in order of arrival: steady, in bursts and with gaps, overtaken within the lateness, at equal times, and exactly on the
/// boundaries of windows of earlier events.
/// </summary>
internal sealed class GeneratedStream
{
    public static readonly TimeSpan Lateness = TimeSpan.FromSeconds(40);

    private static readonly TimeSpan Span = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(20);
    private static readonly long Start = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

    private readonly ValueGenerator _values;
    private readonly List<TestEvent> _events = [];
    private readonly List<long> _horizons = [];
    private readonly long _clock = Start;

    public GeneratedStream(int seed, int count, bool inOrder = false)
    {
        _values = new ValueGenerator(seed);
        var stormy = _values.Random.Next(2) == 0;
        while (_events.Count < count)
        {
            var time = NextTime();
            if (time < (inOrder ? _clock : _clock - Lateness.Ticks))
            {
                continue;
            }

            _clock = Math.Max(_clock, time);
            _events.Add(new TestEvent(
                time,
                Missing(stormy ? NextStormy() : NextValue()),
                Missing(_values.Random.Next(-2, 3)),
                Missing(_values.Random.Next(2)),
                Missing(_values.Random.Next(2))));
            _horizons.Add(_clock - Lateness.Ticks);
        }
    }

    public IReadOnlyList<TestEvent> Events => _events;

    /// <summary>After event i is accepted, none before Horizons[i] is to come.</summary>
    public IReadOnlyList<long> Horizons => _horizons;

    /// <summary>Every aggregate over windows with and without span, delay, condition and default.</summary>
    public static WindowFeature[] AllFeatures()
    {
        WindowModel[] windows =
        [
            TestPipelines.Window(Span),
            TestPipelines.Window(Span, Delay),
            TestPipelines.Window(TimeSpan.FromTicks(1)),
            TestPipelines.Window(Delay, Span),
            TestPipelines.Window(null),
            TestPipelines.Window(null, Delay),
        ];
        var features = new List<WindowFeature>();
        foreach (var window in windows)
        {
            foreach (var aggregate in Enum.GetValues<AggregateKind>())
            {
                features.Add(WindowPipeline.Feature(aggregate, WindowPipeline.Amount, window));
                features.Add(WindowPipeline.Feature(aggregate, WindowPipeline.Amount, window, WindowPipeline.WhereFlag, 0.25f));
                features.Add(WindowPipeline.Feature(aggregate, WindowPipeline.Label, window, otherwise: -1));
            }

            features.Add(WindowPipeline.Feature(AggregateKind.Count, null, window));
            features.Add(WindowPipeline.Feature(AggregateKind.Count, null, window, WindowPipeline.WherePositive));
            features.Add(WindowPipeline.Feature(AggregateKind.Count, null, window, WindowPipeline.WhereLabel));
            features.Add(WindowPipeline.Feature(AggregateKind.Max, WindowPipeline.Other, window, WindowPipeline.WhereLabel, 9));
            features.Add(WindowPipeline.Feature(AggregateKind.Std, WindowPipeline.Other, window, WindowPipeline.WherePositive));
        }

        return [.. features];
    }

    private long NextTime()
    {
        var random = _values.Random;
        switch (random.Next(8))
        {
            case 0 when _events.Count > 0:
                // The same time as an earlier event.
                return _events[random.Next(_events.Count)].Time;
            case 1 or 2 when _events.Count > 0:
                // Exactly on a boundary of an earlier event, or one tick beside it.
                long[] distances = [Span.Ticks, Delay.Ticks, Span.Ticks + Delay.Ticks, 1];
                var from = _events[Math.Max(0, _events.Count - random.Next(1, 12))].Time;
                return from + distances[random.Next(distances.Length)] + random.Next(-1, 2);
            case 3 or 4:
                return _clock - random.NextInt64(Lateness.Ticks + 1);
            case 5:
                return _clock - (random.Next(2) * Lateness.Ticks);
            case 6 when random.Next(10) == 0:
                return _clock + random.NextInt64(5 * Span.Ticks);
            default:
                return _clock + random.NextInt64(TimeSpan.FromSeconds(4).Ticks);
        }
    }

    private double NextValue() => _values.Everyday();

    // Values whose sums need the exact array, and spikes that must leave no trace.
    private double NextStormy() => _values.Random.Next(10) switch
    {
        0 => 1e15,
        1 => -1e300,
        2 => double.Epsilon * _values.Random.Next(9),
        3 => _values.Wild(),
        _ => 1e9 + _values.Random.NextDouble(),
    };

    private double Missing(double value) => _values.Random.Next(6) == 0 ? double.NaN : value;
}
