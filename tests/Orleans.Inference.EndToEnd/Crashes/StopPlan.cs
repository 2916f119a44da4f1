namespace Orleans.Inference.EndToEnd.Crashes;

/// <summary>When a process is stopped.</summary>
internal enum StopMoment
{
    /// <summary>While the process starts.</summary>
    Starting,

    /// <summary>As soon as it listens: it restores state and recovers.</summary>
    Recovering,

    /// <summary>While it scores.</summary>
    Scoring,
}

/// <summary>How the process is stopped, how often, and what is lost meanwhile.</summary>
/// <param name="Seed">Of everything that is drawn.</param>
/// <param name="Signal">0 is kill -9.</param>
/// <param name="Stops">How often.</param>
/// <param name="LosesJournal">Whether the order journal is deleted after some of the stops.</param>
internal sealed record StopPlan(int Seed, int Signal = 0, int Stops = 3, bool LosesJournal = false)
{
    public IEnumerable<(StopMoment Moment, TimeSpan After, bool LosesJournal)> Moments()
    {
        var random = new Random(Seed);
        for (var i = 0; i < Stops; i++)
        {
            var loses = LosesJournal && random.Next(2) == 0;
            yield return random.Next(5) switch
            {
                0 => (StopMoment.Starting, TimeSpan.FromMilliseconds(random.Next(600)), loses),
                1 => (StopMoment.Recovering, TimeSpan.FromMilliseconds(random.Next(150)), loses),
                _ => (StopMoment.Scoring, TimeSpan.FromMilliseconds(random.Next(10, 500)), loses),
            };
        }
    }
}
