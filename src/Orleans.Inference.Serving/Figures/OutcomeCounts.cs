using Orleans.Inference.Events;
using Orleans.Inference.Predictions;

namespace Orleans.Inference.Serving.Figures;

/// <summary>Events by outcome since the process started. Any thread.</summary>
public sealed class OutcomeCounts
{
    private readonly long[] _counts = new long[Enum.GetValues<Outcome>().Length];

    public long this[Outcome outcome] => Volatile.Read(ref _counts[(int)outcome]);

    public void Count(EventBatch batch, int row) => Interlocked.Increment(ref _counts[(int)batch.Outcomes[row]]);
}
