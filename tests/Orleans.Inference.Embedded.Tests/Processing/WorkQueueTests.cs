using Orleans.Inference.Embedded.Processing;

namespace Orleans.Inference.Embedded.Tests.Processing;

public sealed class WorkQueueTests
{
    [Fact]
    public void Items_ComeInOrderAndEndAfterCompletion()
    {
        var queue = new WorkQueue<int>();
        for (var i = 0; i < 100; i++)
        {
            queue.Add(i);
        }

        queue.Complete();
        var taken = new List<int>();
        while (queue.TryTake(out var item))
        {
            taken.Add(item);
        }

        Assert.Equal(Enumerable.Range(0, 100), taken);
        Assert.False(queue.TryTake(out _));
    }

    [Fact]
    public async Task Take_OnAnEmptyQueue_WaitsForAnItem()
    {
        var queue = new WorkQueue<string>();
        var taken = Task.Run(() => queue.TryTake(out var item) ? item : null, TestContext.Current.CancellationToken);
        queue.Add("late");
        Assert.Equal("late", await taken.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Stage_ThatThrows_SaysSoAndStops()
    {
        Exception? said = null;
        var stage = new Stage<int>("test", item => throw new InvalidOperationException($"item {item}"), exception => said = exception);
        stage.Add(1);
        stage.Add(2);
        stage.Stop();
        Assert.Equal("item 1", said?.Message);
    }
}
