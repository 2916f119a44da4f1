using Orleans.Inference.Checkpoints;
using Orleans.Inference.Delivery;
using Orleans.Inference.Embedded.Recovery;

namespace Orleans.Inference.Embedded.Tests.Recovery;

public sealed class RecoveryPlanTests
{
    private static readonly Dictionary<int, long> Positions = new() { [0] = 100, [1] = 200 };

    [Fact]
    public void NothingAfterTheCheckpoint_IsDone()
    {
        var plan = Create([], []);
        Assert.True(plan.IsDone);
        Assert.Equal(50, plan.NextSequence);
    }

    [Fact]
    public void Journal_GivesTheOrder()
    {
        var plan = Create([Run(50, 1, 200, 3), Run(53, 0, 100, 2), Run(55, 1, 203, 1)], []);
        Assert.Equal(6, plan.RecordCount);
        Assert.Equal(0, plan.DeliveredCount);
        Assert.Equal(56, plan.NextSequence);
        Assert.Equal([50, 53, 55], Sequences(plan));
    }

    [Fact]
    public void JournalOfWhatTheCheckpointHolds_IsLeftOut()
    {
        var plan = Create([Run(40, 0, 90, 10), Run(50, 0, 100, 2)], []);
        Assert.Equal([50], Sequences(plan));
    }

    [Fact]
    public void OutputWithoutAJournal_GivesTheOrderOfWhatItHolds()
    {
        var plan = Create([], [Found(0, 101, 53), Found(1, 200, 50), Found(0, 100, 51)]);
        Assert.Equal(3, plan.DeliveredCount);
        Assert.Equal(54, plan.NextSequence);
        Assert.Equal([50, 51, 53], Sequences(plan));
    }

    [Fact]
    public void OutputBeforeTheCheckpointOrOfOthers_IsNotTakenAgain()
    {
        var plan = Create([], [Found(0, 99, 49), Found(0, 100, 60) with { SourceTopic = "other" }, Found(7, 5, 61), Found(0, 5, 62) with { SourceTopic = "http" }]);
        Assert.True(plan.IsDone);

        // But its numbers are taken.
        Assert.Equal(63, plan.NextSequence);
    }

    [Fact]
    public void OutputFoundTwice_IsOneRecord()
    {
        var plan = Create([Run(50, 0, 100, 2)], [Found(0, 100, 50), Found(0, 100, 50), Found(0, 101, 51)]);
        Assert.Equal(2, plan.DeliveredCount);
        Assert.Equal([50], Sequences(plan));
    }

    [Fact]
    public void Taking_GoesOnWithTheNextRunWhenOneIsComplete()
    {
        var plan = Create([Run(50, 0, 100, 3), Run(53, 1, 200, 1)], []);
        plan.Take(2, isComplete: false);
        Assert.Equal((50, 2), (plan.Current.Sequence, plan.Taken));
        plan.Take(1, isComplete: true);
        Assert.Equal((53, 0), (plan.Current.Sequence, plan.Taken));
        plan.Take(1, isComplete: true);
        Assert.True(plan.IsDone);
    }

    private static RecoveryPlan Create(IReadOnlyList<OrderedRun> journal, IReadOnlyList<DeliveredRecord> found) =>
        RecoveryPlan.Create(50, "payments", Positions, journal, found);

    private static OrderedRun Run(long sequence, int partition, long offset, int count) =>
        new(sequence, new PartitionOffset(partition, offset), offset + count - 1, count);

    private static DeliveredRecord Found(int partition, long offset, long sequence) =>
        new(OutputTopic.Predictions, "payments", new PartitionOffset(partition, offset), sequence);

    private static IEnumerable<long> Sequences(RecoveryPlan plan)
    {
        for (; !plan.IsDone; plan.Advance())
        {
            yield return plan.Current.Sequence;
        }
    }
}
