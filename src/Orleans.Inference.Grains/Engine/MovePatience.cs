namespace Orleans.Inference.Grains.Engine;

/// <summary>
/// Whether a silo that has been ready stays so while a partition is on its way: silos that join, leave or die move some, for seconds, and only their events wait. Whoever asks
/// over HTTP is answered meanwhile. Any thread.
/// </summary>
internal sealed class MovePatience
{
    /// <summary>What a partition has to go on elsewhere, the verdict over its dead silo included.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    private long _readyAt = -Limit.Ticks;

    /// <param name="reason">Why not every partition takes records; null when all do.</param>
    /// <param name="now">UTC ticks.</param>
    /// <returns>The reason where it counts, which is before the silo was ready and after <see cref="Limit"/>; else null.</returns>
    public string? Judge(string? reason, long now)
    {
        if (reason is null)
        {
            Volatile.Write(ref _readyAt, now);
            return null;
        }

        return now - Volatile.Read(ref _readyAt) < Limit.Ticks ? null : reason;
    }
}
