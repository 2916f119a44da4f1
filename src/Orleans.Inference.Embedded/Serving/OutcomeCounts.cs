using Orleans.Inference.Events;
using Orleans.Inference.Predictions;

namespace Orleans.Inference.Embedded.Serving;

/// <summary>Events by outcome since the process started. One thread counts; any may read.</summary>
internal sealed class OutcomeCounts
{
    private readonly long[] _counts = new long[Enum.GetValues<Outcome>().Length];

    public long this[Outcome outcome] => Volatile.Read(ref _counts[(int)outcome]);

    public void Count(EventBatch batch, int row) => _counts[(int)batch.Outcomes[row]]++;
}
