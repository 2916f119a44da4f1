namespace Orleans.Inference.Streams.Kafka;

public sealed class PartitionSharesTests
{
    [Theory]
    [InlineData(4, 1)]
    [InlineData(4, 3)]
    [InlineData(7, 3)]
    [InlineData(64, 5)]
    [InlineData(2, 5)]
    public void Of_AnyNumbers_DifferByOneAtMost(int partitions, int silos)
    {
        var shares = PartitionShares.Of(partitions, Names(silos));

        var loads = Enumerable.Range(0, silos).Select(silo => shares.Count(share => share == silo)).ToArray();
        Assert.Equal(partitions, loads.Sum());
        Assert.InRange(loads.Max() - loads.Min(), 0, 1);
    }

    [Fact]
    public void Of_NoSilos_NobodyHasAny() => Assert.All(PartitionShares.Of(3, []), share => Assert.Equal(-1, share));

    [Fact]
    public void Of_OneMoreSilo_MostPartitionsStay()
    {
        var before = PartitionShares.Of(60, Names(3));
        var after = PartitionShares.Of(60, Names(4));

        Assert.InRange(before.Zip(after).Count(pair => pair.First != pair.Second), 15, 35);
    }

    private static string[] Names(int count) => [.. Enumerable.Range(0, count).Select(i => $"silo-{i}")];
}
