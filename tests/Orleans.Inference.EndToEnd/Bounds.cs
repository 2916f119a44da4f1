using System.Diagnostics;

namespace Orleans.Inference.EndToEnd;

/// <summary>How long anything may take on a busy machine, and waiting with such a bound.</summary>
internal static class Bounds
{
    public static readonly TimeSpan Start = TimeSpan.FromSeconds(60);
    public static readonly TimeSpan Stop = TimeSpan.FromSeconds(40);
    public static readonly TimeSpan Work = TimeSpan.FromSeconds(60);

    // Another process cannot be waited for but by asking it again.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(15);

    /// <summary>Asks until the answer is yes; fails with what was awaited.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds, TimeSpan bound, Func<string> what)
    {
        var watch = Stopwatch.StartNew();
        while (!await holds())
        {
            if (watch.Elapsed > bound)
            {
                Assert.Fail($"awaited in vain for {bound.TotalSeconds} s: {what()}");
            }

            await Task.Delay(Pause);
        }
    }
}
