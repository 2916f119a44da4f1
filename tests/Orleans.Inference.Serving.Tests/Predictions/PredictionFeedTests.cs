using Orleans.Inference.Engines;
using Orleans.Inference.Serving.Predictions;

namespace Orleans.Inference.Serving.Tests.Predictions;

public sealed class PredictionFeedTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SlowReader_IsToldAndDroppedWhileOthersGoOn()
    {
        var feed = new PredictionFeed();
        Assert.True(feed.IsEmpty);
        await using var slow = feed.SubscribeAsync(Token).GetAsyncEnumerator(Token);
        await using var quick = feed.SubscribeAsync(Token).GetAsyncEnumerator(Token);
        var slowNext = slow.MoveNextAsync();
        var quickNext = quick.MoveNextAsync();
        Assert.False(feed.IsEmpty);
        for (var i = 0; i < 6_000; i++)
        {
            feed.Publish([(byte)i]);
            Assert.True(await quickNext);
            Assert.Equal((byte)i, quick.Current[0]);
            quickNext = quick.MoveNextAsync();
        }

        var read = 0;
        await Assert.ThrowsAsync<PredictionFeedOverflowException>(async () =>
        {
            for (; await slowNext; slowNext = slow.MoveNextAsync())
            {
                read++;
            }
        });
        Assert.InRange(read, 4096, 4097);
        feed.Complete();
        Assert.False(await quickNext);
        Assert.True(feed.IsEmpty);
    }

    [Fact]
    public async Task Reader_ThatLeaves_IsForgotten()
    {
        var feed = new PredictionFeed();
        using var leaving = new CancellationTokenSource();
        await using var reader = feed.SubscribeAsync(leaving.Token).GetAsyncEnumerator(leaving.Token);
        var next = reader.MoveNextAsync();
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
        Assert.True(feed.IsEmpty);
    }

    [Fact]
    public async Task Reader_AfterTheEnd_IsEndedAtOnce()
    {
        var feed = new PredictionFeed();
        feed.Complete();
        await using var reader = feed.SubscribeAsync(Token).GetAsyncEnumerator(Token);
        Assert.False(await reader.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), Token));
    }
}
