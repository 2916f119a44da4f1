using Orleans.Inference.Checkpoints;
using Orleans.Inference.Delivery;

namespace Orleans.Inference.Embedded.Recovery;

public sealed class KnownOrderTests
{
    [Fact]
    public void Rest_WithRecordsLostBetweenAnsweredOnes_GivesThemTheNumbersBetween()
    {
        // Number    0    1    2    3    4    5
        // Answered  p0@0 .    .    .    p1@1 p0@3
        // Lost      p0@1 and p0@2 before 5, p1@0 before 4
        var runs = Rest([(0, 0, 0), (4, 1, 1), (5, 0, 3)], partitions: 2, journal: []);

        Assert.Equal([Run(0, 0, 0, 0), Run(1, 1, 0, 0), Run(2, 0, 1, 2), Run(4, 1, 1, 1), Run(5, 0, 3, 3)], runs);
    }

    [Fact]
    public void Rest_OfRecordsTheJournalHas_AddsNothing() =>
        Assert.Empty(Rest([(1, 0, 1), (2, 0, 2)], partitions: 1, journal: [Run(0, 0, 0, 2)]));

    [Fact]
    public void Rest_BeforeARunOfAYoungerJournal_FillsTheGap()
    {
        // The journal was lost and begun again: it has p0@2 and p0@3 only.
        var runs = Rest([(0, 0, 0)], partitions: 1, journal: [Run(2, 0, 2, 3)]);

        Assert.Equal([Run(0, 0, 0, 1)], runs);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Rest_OfRandomLosses_NumbersEveryRecordUpToEachPartitionsLastAnswerOnce(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var next = new long[4];
            var found = new List<(long Sequence, int Partition, long Offset)>();
            for (long sequence = 0; sequence < random.Next(1, 200); sequence++)
            {
                var partition = random.Next(4);
                var offset = next[partition]++;
                if (random.Next(3) > 0)
                {
                    found.Add((sequence, partition, offset));
                }
            }

            var order = Rest(found, partitions: 4, journal: [])
                .SelectMany(run => Enumerable.Range(0, run.Count).Select(i => (Sequence: run.Sequence + i, run.First.Partition, Offset: run.First.Offset + i)))
                .ToList();
            Assert.Equal(order.Count, order.Select(record => record.Sequence).Distinct().Count());
            Assert.Subset(order.ToHashSet(), found.ToHashSet());
            foreach (var partition in found.GroupBy(record => record.Partition))
            {
                var offsets = order.Where(record => record.Partition == partition.Key).OrderBy(record => record.Sequence).Select(record => record.Offset);
                Assert.True(
                    offsets.SequenceEqual(Enumerable.Range(0, (int)partition.Max(record => record.Offset) + 1).Select(offset => (long)offset)),
                    $"seed {seed}, round {round}, partition {partition.Key}: {string.Join(' ', offsets)}");
            }
        }
    }

    private static OrderedRun Run(long sequence, int partition, long first, long last) =>
        new(sequence, new PartitionOffset(partition, first), last, (int)(last - first + 1));

    private static List<OrderedRun> Rest(IEnumerable<(long Sequence, int Partition, long Offset)> found, int partitions, IReadOnlyList<OrderedRun> journal)
    {
        var known = new KnownOrder(0, Enumerable.Range(0, partitions).ToDictionary(partition => partition, _ => 0L), journal);
        foreach (var (sequence, partition, offset) in found)
        {
            known.Add(new DeliveredRecord(OutputTopic.Predictions, "events", new PartitionOffset(partition, offset), sequence));
            known.Use(sequence);
        }

        return known.Rest();
    }
}
