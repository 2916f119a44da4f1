namespace Orleans.Inference.Silo.Tests.Programs;

/// <summary>Waits for what another process is to do, with a bound that names it.</summary>
internal static class Awaited
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <param name="difference">How things are instead; null when they are as awaited.</param>
    /// <param name="what">What is awaited, asked for when it has been in vain.</param>
    public static async Task UntilAsync(Func<Task<string?>> difference, Func<string> what)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (await difference() is { } instead)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(since) < Limit, $"awaited in vain for {Limit.TotalSeconds} s: {what()}; it is {instead}");
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
        }
    }
}
