using Orleans.Inference.Delivery;
using Orleans.Inference.Serving.Predictions;

namespace Orleans.Inference.Serving.Tests.Predictions;

public sealed class OffsetWaitersTests
{
    private readonly OffsetWaiters _waiters = new();

    [Fact]
    public async Task Position_AlreadyScored_NeedsNoWait()
    {
        _waiters.Reached(new PartitionOffset(1, 10));
        Assert.True(await WaitAsync(1, 10, TimeSpan.Zero));
        Assert.True(await WaitAsync(1, 3, TimeSpan.Zero));
    }

    [Fact]
    public async Task Position_NotScored_TimesOut()
    {
        _waiters.Reached(new PartitionOffset(1, 10));
        Assert.False(await WaitAsync(1, 11, TimeSpan.FromMilliseconds(1)));
        Assert.False(await WaitAsync(0, 0, TimeSpan.FromMilliseconds(1)));
    }

    [Fact]
    public async Task Waiter_IsReleasedByItsOwnPartitionOnly()
    {
        var waiting = WaitAsync(1, 10, TimeSpan.FromSeconds(30)).AsTask();
        _waiters.Reached(new PartitionOffset(0, 99));
        _waiters.Reached(new PartitionOffset(1, 9));
        Assert.False(waiting.IsCompleted);
        _waiters.Reached(new PartitionOffset(1, 12));
        Assert.True(await waiting);
    }

    private ValueTask<bool> WaitAsync(int partition, long offset, TimeSpan timeout) =>
        _waiters.WaitAsync(new PartitionOffset(partition, offset), timeout, TimeProvider.System, TestContext.Current.CancellationToken);
}
