namespace Orleans.Inference.Kafka;

/// <summary>Waits for something that another thread brings about, with a bound that names what was awaited.</summary>
internal sealed class Awaiting
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);
    private readonly object _gate = new();

    /// <summary>Runs the change and wakes those who wait.</summary>
    public T Change<T>(Func<T> change)
    {
        lock (_gate)
        {
            var result = change();
            Monitor.PulseAll(_gate);
            return result;
        }
    }

    public Task Until(Func<bool> condition, string what) => Task.Run(() =>
    {
        var deadline = Environment.TickCount64 + (long)Bound.TotalMilliseconds;
        lock (_gate)
        {
            while (!condition())
            {
                var left = deadline - Environment.TickCount64;
                Assert.True(left > 0 && Monitor.Wait(_gate, (int)left), $"Awaited in vain: {what}");
            }
        }
    });

    public static async Task<T> Bounded<T>(Task<T> task, string what)
    {
        await Bounded((Task)task, what);
        return await task;
    }

    public static async Task Bounded(Task task, string what)
    {
        var first = await Task.WhenAny(task, Task.Delay(Bound));
        Assert.True(first == task, $"Awaited in vain: {what}");
        await task;
    }
}
