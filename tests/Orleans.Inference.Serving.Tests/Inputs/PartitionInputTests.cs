using Orleans.Inference.Delivery;
using Orleans.Inference.Events;
using Orleans.Inference.Serving.Inputs;

namespace Orleans.Inference.Serving.Tests.Inputs;

public sealed class PartitionInputTests
{
    private const int BatchLimit = 3;

    private readonly RecordBatchPool _pool = new();

    [Fact]
    public void Records_ThatCameTogether_AreTakenTogether()
    {
        var input = Create(nextOffset: 10);
        Assert.False(input.HasRecords);
        Assert.Null(input.Take(out _));
        AddAll(input, 10, 11, 12, 13);
        Assert.True(input.HasRecords);
        Assert.Equal([10, 11, 12], Offsets(input.Take(out _)));
        Assert.Equal([13], Offsets(input.Take(out _)));
        Assert.False(input.HasRecords);
    }

    [Fact]
    public void Record_ThatCameBefore_IsTakenAndForgotten()
    {
        var input = Create(nextOffset: 10);
        AddAll(input, 9, 10, 10, 12, 11);
        Assert.Equal([10, 12], Offsets(input.Take(out _)));
    }

    [Fact]
    public void FullQueue_RefusesUntilSomethingIsTaken()
    {
        var input = Create(nextOffset: 0);
        var offset = 0L;
        while (TryAdd(input, offset))
        {
            offset++;
        }

        // Four waiting batches and the one being filled.
        Assert.Equal(5 * BatchLimit, offset);
        Assert.True(input.IsBehind);
        Assert.False(TryAdd(input, offset));
        Assert.Equal([0, 1, 2], Offsets(input.Take(out var resume)));
        Assert.True(resume);
        Assert.True(TryAdd(input, offset));
        Assert.Equal([3, 4, 5], Offsets(input.Take(out resume)));
        Assert.False(resume);
    }

    [Fact]
    public void EndOfThePartition_IsBelievedUnlessARecordWasRefused()
    {
        var input = Create(nextOffset: 0, isBehind: true);
        AddAll(input, 0);
        input.ReachedEnd();
        Assert.False(input.IsBehind);
        for (var offset = 1L; TryAdd(input, offset); offset++)
        {
        }

        input.ReachedEnd();
        Assert.True(input.IsBehind);
    }

    [Fact]
    public void PutBack_ComesFirstAgain()
    {
        var input = Create(nextOffset: 0);
        AddAll(input, 0, 1, 2, 3, 4, 5, 6);
        var first = input.Take(out _)!;
        input.PutBack(first, 1);
        Assert.Equal([1, 2], Offsets(input.Take(out _)));
        Assert.Equal([3, 4, 5], Offsets(input.Take(out _)));
        Assert.Equal([6], Offsets(input.Take(out _)));
    }

    private PartitionInput Create(long nextOffset, bool isBehind = false) =>
        new(0, nextOffset, new InputClock(0), isBehind, BatchLimit, _pool);

    private static bool TryAdd(PartitionInput input, long offset) => input.TryAdd(new SourceRecord { Offset = offset, Value = "{}"u8 });

    private static void AddAll(PartitionInput input, params long[] offsets) => Assert.All(offsets, offset => Assert.True(TryAdd(input, offset)));

    private static IEnumerable<long> Offsets(RecordBatch? batch) => Enumerable.Range(0, batch!.Count).Select(record => batch.SourceOf(record).Offset);
}
