using System.Text.Json;
using Orleans.Inference.Conformance.Engines;
using Orleans.Inference.Delivery;
using Orleans.Inference.Engines;

namespace Orleans.Inference.Grains.Tests.Delivery;

/// <summary>Entities that are fed from every partition at once: what they answer depends on an order that only they know.</summary>
public sealed class SharedTerminalTests
{
    private const int Terminal = 1;

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    // A cluster that is behind takes what waits in one partition at once, up to this; partitions are to take turns also then.
    private static readonly EngineOptions SmallBatches = new() { BatchLimit = 128 };

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Payments_OfAllPartitionsAtFewTerminals_AreScoredAsCoreSaysOverTheRecordedOrder(int silos)
    {
        var record = new RecordedOrder();
        await using var cluster = await PaymentCluster.StartAsync(silos, silo => silo.AddIncomingGrainCallFilter(record), SmallBatches);
        await cluster.SendAsync(6_000, rate: 3_000, SharedTerminal);
        await AssertEqualsCoreAsync(cluster, record);
    }

    /// <summary>With payments that others overtook, late, rejected and incomplete ones among them.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task ConformanceStream_OfAllPartitionsAtFewTerminals_IsScoredAsCoreSaysOverTheRecordedOrder(int silos)
    {
        var record = new RecordedOrder();
        await using var cluster = await PaymentCluster.StartAsync(silos, silo => silo.AddIncomingGrainCallFilter(record), SmallBatches);
        await cluster.SendAsync(Payments.Stream(6_000, seed: 17, customers: 40), rate: 3_000);
        await AssertEqualsCoreAsync(cluster, record);
    }

    [Fact]
    public async Task KilledSilo_SharedTerminals_HoldEveryPaymentOnce()
    {
        await using var cluster = await PaymentCluster.StartAsync(silos: 3);
        var sending = cluster.SendAsync(12_000, rate: 1_000, SharedTerminal);
        await cluster.SentAsync(4_000);
        await cluster.Silos.Cluster.KillSiloAsync(cluster.Silos.Cluster.Silos[1]);
        await sending;
        BySource(cluster.ReadPredictions(Bound));

        // Sums and counts are exact, so that what a terminal holds in the end does not depend on the order in which it came there.
        var core = new OrderedCore(cluster.Pipeline, cluster.Sent);
        var order = core.PartitionAfterPartition();
        core.Run(order);
        foreach (var entity in order.Keys.Where(entity => entity.EntityType == Terminal))
        {
            for (var at = Payments.Start.AddMinutes(20); at <= Payments.Start.AddMinutes(220); at = at.AddMinutes(20))
            {
                var reply = await LiveEngine.WithinAsync(
                    cluster.Silos.First.EntityAsync(Terminal, entity.Key, at.Ticks, TestContext.Current.CancellationToken), $"terminal {entity.Key}");
                Assert.Equal(core.ReadAt(entity, at.Ticks), reply!.Features);
            }
        }
    }

    private static string SharedTerminal(int customer, int number) => $"T{number % 7}";

    /// <summary>Every accepted payment has one prediction, and it is what Core says when each entity applies its payments in the order recorded.</summary>
    private static async Task AssertEqualsCoreAsync(PaymentCluster cluster, RecordedOrder record)
    {
        var core = new OrderedCore(cluster.Pipeline, cluster.Sent);
        var predictions = BySource(cluster.ReadPredictions(Bound, expected: core.AcceptedCount));
        var order = record.Read(cluster.Pipeline, await cluster.InputsAsync());
        Assert.Empty(record.CountOlderThanTold(cluster.Pipeline));
        AssertInterleaved(order);
        var expected = core.Run(order);
        Assert.Equal(expected.Keys.ToHashSet(), predictions.Keys.ToHashSet());
        var names = cluster.Pipeline.Features.Select(feature => feature.Name).ToArray();
        foreach (var (source, row) in expected)
        {
            var found = predictions[source];
            var features = names.Select(name => found.GetProperty("features").GetProperty(name).GetSingle()).ToArray();
            Assert.Equal(row.Id, found.GetProperty("eventId").GetString());
            Assert.True(
                Bits(row.FeatureValues).SequenceEqual(Bits(features)), $"{row.Id}: expected {string.Join(' ', row.FeatureValues)}, found {string.Join(' ', features)}");
            Assert.Equal(row.ScoreBits, BitConverter.SingleToUInt32Bits(found.GetProperty("score").GetSingle()));
            Assert.Equal(row.Outcome.ToString(), found.GetProperty("outcome").GetString(), ignoreCase: true);
        }

        // Another order is another result: none of this could hold by chance.
        var others = core.Run(core.PartitionAfterPartition());
        var different = expected.Count(row => others[row.Key].Features != row.Value.Features);
        TestContext.Current.TestOutputHelper?.WriteLine($"{different} of {expected.Count} predictions differ when one partition comes after the other");
        Assert.True(different > expected.Count / 10, $"Only {different} of {expected.Count} predictions depend on the order.");
    }

    /// <summary>Each terminal is fed from all partitions, which take turns often; each customer from one, in its order.</summary>
    private static void AssertInterleaved(Dictionary<NamedEntity, List<PartitionOffset>> orders)
    {
        foreach (var ((type, key), order) in orders)
        {
            var turns = order.Zip(order.Skip(1)).Count(pair => pair.First.Partition != pair.Second.Partition);
            if (type == Terminal)
            {
                TestContext.Current.TestOutputHelper?.WriteLine($"terminal {key}: {order.Count} payments, the partition changes {turns} times");
                Assert.Equal(PaymentCluster.Partitions, order.DistinctBy(source => source.Partition).Count());
                Assert.True(turns >= 2 * PaymentCluster.Partitions, $"The payments of terminal {key} change partitions only {turns} times.");
            }
            else
            {
                Assert.Equal(0, turns);
                Assert.Equal(order.OrderBy(source => source.Offset), order);
            }
        }
    }

    private static Dictionary<PartitionOffset, JsonElement> BySource(List<(int Partition, JsonElement Value)> predictions)
    {
        var bySource = predictions.ToLookup(prediction => new PartitionOffset(prediction.Partition, prediction.Value.GetProperty("source").GetProperty("offset").GetInt64()));
        Assert.All(bySource, found => Assert.Single(found));
        return bySource.ToDictionary(found => found.Key, found => found.Single().Value);
    }

    private static IEnumerable<uint> Bits(float[] values) => values.Select(BitConverter.SingleToUInt32Bits);
}
