using System.Text.Json;
using Orleans.Inference.Conformance.Engines;
using Orleans.Inference.Engines;

namespace Orleans.Inference.Grains.Tests.Delivery;

/// <summary>What a cluster does with a topic: nothing lost, nothing twice, whatever happens to its silos.</summary>
public sealed class ClusterDeliveryTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Payments_AreScoredOnceAsCoreSays(int silos)
    {
        await using var cluster = await PaymentCluster.StartAsync(silos);
        await cluster.SendAsync(6_000, rate: 3_000, TerminalOfCustomer);
        await cluster.AssertEqualsCoreAsync(cluster.ReadPredictions(Bound));
    }

    [Fact]
    public async Task KilledSilo_LosesNothingAndIsReplacedWithin15Seconds()
    {
        await using var cluster = await PaymentCluster.StartAsync(silos: 3);
        var sending = cluster.SendAsync(20_000, rate: 1_000, TerminalOfCustomer);
        await cluster.SentAsync(4_000);
        var killed = cluster.Silos.Cluster.Silos[1];
        var killedAt = TimeProvider.System.GetUtcNow();
        await cluster.Silos.Cluster.KillSiloAsync(killed);
        await sending;
        var predictions = cluster.ReadPredictions(Bound);
        await cluster.AssertEqualsCoreAsync(predictions);

        // Each partition goes on within the bound, those of the killed silo too.
        foreach (var partition in predictions.GroupBy(prediction => prediction.Partition))
        {
            var again = partition.Select(prediction => ScoredAt(prediction.Value)).Where(at => at > killedAt).Min();
            TestContext.Current.TestOutputHelper?.WriteLine($"partition {partition.Key}: {(again - killedAt).TotalSeconds:F1} s");
            Assert.InRange((again - killedAt).TotalSeconds, 0, 15);
        }
    }

    [Fact]
    public async Task AddedSilo_TakesPartitionsAndEntitiesWithoutAFailedCall()
    {
        await using var cluster = await PaymentCluster.StartAsync(silos: 2);
        var sending = cluster.SendAsync(12_000, rate: 1_000, TerminalOfCustomer);
        var failures = 0;
        var calls = 0;
        using var done = new CancellationTokenSource();
        var asking = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                foreach (var engine in cluster.Silos.Engines.Values.ToList().Where(engine => engine.Readiness.IsReady))
                {
                    var number = Interlocked.Increment(ref calls);
                    var payment = Payments.Payment($"h{number}", 0, $"H{number % 20}", 20);
                    var reply = await engine.ScoreAsync(payment, default, TestContext.Current.CancellationToken);
                    failures += reply.Status == ReplyStatus.Answered ? 0 : 1;
                }

                // The development broker keeps 5 MB a partition.
                await Task.Delay(TimeSpan.FromMilliseconds(10));
            }
        });
        await cluster.SentAsync(3_000);
        var added = await cluster.Silos.Cluster.StartAdditionalSiloAsync();
        var third = await cluster.Silos.StartEngineAsync(added);
        await sending;
        await LiveEngine.UntilAsync(() => third.Figures.ConsumerLag.ContainsKey(2), $"partition 2 on the new silo; {third.Readiness.Reason} {string.Join(",", third.Figures.ConsumerLag.Keys)}");
        await cluster.AssertEqualsCoreAsync(cluster.ReadPredictions(Bound, except: "h"));
        await done.CancelAsync();
        await asking;
        Assert.Equal(0, failures);
        Assert.True(calls > 100, $"Only {calls} calls were made.");
        Assert.Contains(await cluster.Silos.RunningOnAsync(added), input => input.EndsWith("/2", StringComparison.Ordinal));
        Assert.True(await cluster.Silos.EntitiesOnAsync(added) > 0, "No entity lives on the new silo.");
    }

    private static string TerminalOfCustomer(int customer, int number) => $"T{customer}-{number % 3}";

    private static DateTimeOffset ScoredAt(JsonElement prediction) => prediction.GetProperty("scoredAt").GetDateTimeOffset();
}
