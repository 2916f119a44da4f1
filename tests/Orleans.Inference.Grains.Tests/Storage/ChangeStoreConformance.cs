using System.Text;
using Orleans.Inference.Grains.Storage;

namespace Orleans.Inference.Grains.Tests.Storage;

/// <summary>What an <see cref="IEntityStore"/> that takes changes must do besides.</summary>
public abstract class ChangeStoreConformance : EntityStoreConformance
{
    [Fact]
    public async Task Changes_WithoutAWhole_AreReadInOrder()
    {
        var store = await OpenAsync();

        await WriteAsync(store, Change("C1", 1, "a"), Change("C1", 2, "b"));
        await WriteAsync(store, Change("C1", 3, "c"));

        await AssertStoredAsync(store, Key("C1"), 3, "", "a", "b", "c");
    }

    [Fact]
    public async Task Changes_AfterAWhole_AreReadBehindIt()
    {
        var store = await OpenAsync();

        await WriteAsync(store, Whole("C1", 1, "whole"));
        await WriteAsync(store, Change("C1", 2, "a"));
        await WriteAsync(store, Change("C1", 3, "b"));

        await AssertStoredAsync(store, Key("C1"), 3, "whole", "a", "b");
    }

    [Fact]
    public async Task Whole_AfterChanges_ReplacesThem()
    {
        var store = await OpenAsync();
        await WriteAsync(store, Whole("C1", 1, "first"), Change("C1", 2, "a"));

        Assert.Empty(await WriteAsync(store, Change("C1", 3, "b"), Whole("C1", 4, "second"), Change("C1", 5, "c")));

        await AssertStoredAsync(store, Key("C1"), 5, "second", "c");
    }

    [Fact]
    public async Task Change_OfAVersionThatIsThere_ChangesNothing()
    {
        var store = await OpenAsync();
        await WriteAsync(store, Whole("C1", 1, "whole"), Change("C1", 2, "a"));

        Assert.Equal([0, 1], await WriteAsync(store, Change("C1", 2, "mine"), Change("C1", 3, "stands on mine")));

        await AssertStoredAsync(store, Key("C1"), 2, "whole", "a");
    }

    [Fact]
    public async Task Change_OlderThanAWhole_ChangesNothing()
    {
        var store = await OpenAsync();
        await WriteAsync(store, Change("C1", 1, "a"), Change("C1", 2, "b"), Whole("C1", 3, "whole"));

        Assert.Equal([0], await WriteAsync(store, Change("C1", 2, "late")));

        await AssertStoredAsync(store, Key("C1"), 3, "whole");
    }

    [Fact]
    public async Task Changes_OfRacingWriters_AreThoseOfTheWinners()
    {
        const int Writers = 4, Rounds = 40;
        var store = await OpenAsync();
        var won = await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(
            async () =>
            {
                var won = new List<(long Version, string Text)>();
                var next = 1L;
                for (var round = 0; round < Rounds; round++)
                {
                    // Every fifth version is whole and carries all that went before, as an entity's would.
                    var stored = await store.ReadAsync(Key("C1"), Cancellation);
                    next = (stored?.Version ?? 0) + 1;
                    var text = $"{writer}/{round};";
                    var write = next % 5 == 0 ? Whole("C1", next, Text(stored!) + text) : Change("C1", next, text);
                    if ((await WriteAsync(store, write)).Count == 0)
                    {
                        won.Add((next, text));
                    }
                }

                return won;
            },
            Cancellation)));

        var expected = won.SelectMany(wins => wins).OrderBy(win => win.Version).ToList();
        Assert.Equal(expected.Count, expected.Select(win => win.Version).Distinct().Count());
        Assert.Equal(string.Concat(expected.Select(win => win.Text)), Text((await store.ReadAsync(Key("C1"), Cancellation))!));
    }

    private static string Text(StoredState stored) => string.Concat(stored.Changes.Prepend(stored.Whole).Select(part => Encoding.UTF8.GetString(part.Span)));
}
