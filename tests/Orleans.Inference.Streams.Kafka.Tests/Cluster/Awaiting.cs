namespace Orleans.Inference.Streams.Kafka;

/// <summary>Waits with a bound that names what was awaited.</summary>
internal static class Awaiting
{
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(40);

    public static async Task Bounded(Task task, string what)
    {
        var first = await Task.WhenAny(task, Task.Delay(Bound, TestContext.Current.CancellationToken));
        Assert.True(first == task, $"Awaited in vain: {what}");
        await task;
    }

    /// <summary>For states that nobody announces: asks every few milliseconds.</summary>
    public static async Task Until(Func<Task<bool>> condition, string what)
    {
        var deadline = Environment.TickCount64 + (long)Bound.TotalMilliseconds;
        while (!await condition())
        {
            Assert.True(Environment.TickCount64 < deadline, $"Awaited in vain: {what}");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
