using System.Collections.Concurrent;
using System.Text.Json;
using Orleans.Inference.Conformance.Engines;
using Orleans.Inference.Delivery;
using Orleans.Inference.Grains.Entities;

namespace Orleans.Inference.Grains.Tests.Delivery;

/// <summary>An entity that several partitions feed keeps what the partition that is furthest behind can still need.</summary>
public sealed class HorizonTests
{
    private const double Day = 24 * 60;

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Terminal_OfPartitionsThatHaveJustBegun_KeepsWhatTheSlowerOneNeeds()
    {
        await using var cluster = await PaymentCluster.StartAsync(silos: 1);
        var customers = await BeginAsync(cluster);

        // The first moves the partition's clock, the second tells the terminal of it: before the silo's next heartbeat.
        await SendAsync(cluster, Payments.Payment("ahead-1", 3 * Day, customers[0], 10, "T0"));
        await SendAsync(cluster, Payments.Payment("ahead-2", (3 * Day) + 1, customers[0], 10, "T0"));
        await SendAsync(cluster, Payments.Payment("behind", 1, customers[1], 40, "T0"));
        AssertSeesAll(cluster);
    }

    [Fact]
    public async Task Terminal_OfPartitionWhoseBatchIsUnderWay_KeepsWhatTheBatchNeeds()
    {
        var held = new HeldCalls();
        await using var cluster = await PaymentCluster.StartAsync(silos: 1, silo => silo.AddOutgoingGrainCallFilter(held));
        var customers = await BeginAsync(cluster);

        // While the first is under way, the next two come together and make one batch: its clock is three days on, its first payment is not applied yet.
        var first = held.Hold("T5");
        var behind = held.Hold("T0");
        await cluster.SendAsync([Payments.Payment("plug", 0.5, customers[1], 10, "T5")], rate: 1_000);
        await first.Reached;
        await cluster.SendAsync([Payments.Payment("behind", 1, customers[1], 40, "T0"), Payments.Payment("jump", 3 * Day, customers[1], 10, "T6")], rate: 100_000);
        await LiveEngine.UntilAsync(() => cluster.Silos.First.Figures.ConsumerLag.GetValueOrDefault(1) == 2, "two payments behind the first");
        first.Release();
        await behind.Reached;
        held.Forget("T0");
        foreach (var partition in new[] { 0, 2, 3 })
        {
            await SendAsync(cluster, Payments.Payment($"other-{partition}", 3 * Day, customers[partition], 10, "T6"));
        }

        // Every partition's clock is now known, and comes to the silo with a beat and a heartbeat, each twice a second.
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        await SendAsync(cluster, Payments.Payment("ahead", (3 * Day) + 1, customers[0], 10, "T0"));
        behind.Release();
        AssertSeesAll(cluster);
    }

    /// <summary>Twenty payments of 10 at one terminal in the first minute; a customer of each partition.</summary>
    private static async Task<string[]> BeginAsync(PaymentCluster cluster)
    {
        await cluster.SendAsync([.. Enumerable.Range(0, 20).Select(customer => Payments.Payment($"first-{customer}", 0, $"C{customer}", 10, "T0"))], rate: 100_000);
        var customers = new string[PaymentCluster.Partitions];
        foreach (var (partition, sent) in cluster.Sent.Index())
        {
            await AppliedAsync(cluster, partition, sent.Count - 1);
            customers[partition] = JsonDocument.Parse(sent[0]).RootElement.GetProperty("customer").GetString()!;
        }

        return customers;
    }

    private static async Task SendAsync(PaymentCluster cluster, byte[] payment)
    {
        await cluster.SendAsync([payment], rate: 1_000);
        var (partition, sent) = cluster.Sent.Index().Single(sent => sent.Item.Any(value => ReferenceEquals(value, payment)));
        await AppliedAsync(cluster, partition, sent.Count - 1);
    }

    private static async Task AppliedAsync(PaymentCluster cluster, int partition, long offset) =>
        Assert.True(await cluster.Silos.First.WaitForOffsetAsync(new PartitionOffset(partition, offset), Bound, TestContext.Current.CancellationToken));

    private static void AssertSeesAll(PaymentCluster cluster)
    {
        var found = cluster.ReadPredictions(Bound).Single(prediction => prediction.Value.GetProperty("eventId").GetString() == "behind").Value;
        Assert.Equal(240f / 21, found.GetProperty("features").GetProperty("terminal_mean_1d").GetSingle());
    }

    /// <summary>Calls to entities that stay on their way until they are released.</summary>
    private sealed class HeldCalls : IOutgoingGrainCallFilter
    {
        private readonly ConcurrentDictionary<string, HeldCall> _held = new();

        public HeldCall Hold(string terminal) => _held[terminal] = new HeldCall();

        public void Forget(string terminal) => _held.TryRemove(terminal, out _);

        public async Task Invoke(IOutgoingGrainCallContext context)
        {
            if (context.MethodName == nameof(IEntityGrain.ApplyAsync) && _held.TryGetValue(context.TargetId.Key.ToString()!.Split('/')[^1], out var held))
            {
                await held.PassAsync();
            }

            await context.Invoke();
        }
    }

    private sealed class HeldCall
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Reached => _reached.Task.WaitAsync(Bound);

        public void Release() => _released.TrySetResult();

        public Task PassAsync()
        {
            _reached.TrySetResult();
            return _released.Task;
        }
    }
}
