using System.Text;

namespace Orleans.Inference.Streams.Kafka;

/// <summary>What the grains of one test cluster got, and what they are to do about it. Any thread.</summary>
internal sealed class Deliveries
{
    private readonly Lock _gate = new();
    private readonly List<Delivery> _all = [];
    private readonly List<(Func<IReadOnlyList<Delivery>, bool> Condition, TaskCompletionSource Done)> _waiters = [];

    /// <summary>Runs before a record counts as delivered; may throw or wait.</summary>
    public Func<Delivery, Task> Before { get; set; } = _ => Task.CompletedTask;

    public IReadOnlyList<Delivery> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _all];
            }
        }
    }

    public async Task Add(Delivery delivery)
    {
        await Before(delivery);
        lock (_gate)
        {
            _all.Add(delivery);
            foreach (var waiter in _waiters.ToArray())
            {
                if (waiter.Condition(_all))
                {
                    _waiters.Remove(waiter);
                    waiter.Done.TrySetResult();
                }
            }
        }
    }

    public Task Until(Func<IReadOnlyList<Delivery>, bool> condition, string what)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (condition(_all))
            {
                return Task.CompletedTask;
            }

            _waiters.Add((condition, done));
        }

        return Awaiting.Bounded(done.Task, what);
    }

    public Task UntilCount(int count) =>
        Until(all => all.Select(delivery => (delivery.Partition, delivery.Offset)).Distinct().Count() >= count, $"{count} records");

    /// <summary>Every record of the partition was delivered, and none before the one ahead of it; repetitions are allowed.</summary>
    public void AssertInOrder(int partition, long first, long end)
    {
        var next = first;
        foreach (var delivery in All.Where(delivery => delivery.Partition == partition))
        {
            Assert.True(delivery.Offset <= next, $"partition {partition}: {delivery.Offset} came before {next}");
            next = Math.Max(next, delivery.Offset + 1);
        }

        Assert.Equal(end, next);
    }
}

internal sealed record Delivery(string Grain, int Partition, long Offset, string Value, long Ticks)
{
    public static Delivery Of(string grain, KafkaRecord record) =>
        new(grain, record.Partition, record.Offset, record.Value is null ? "" : Encoding.UTF8.GetString(record.Value), Environment.TickCount64);
}
