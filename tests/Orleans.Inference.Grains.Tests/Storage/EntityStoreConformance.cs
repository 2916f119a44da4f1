using System.Text;
using Orleans.Inference.Grains.Storage;

namespace Orleans.Inference.Grains.Tests.Storage;

/// <summary>What every <see cref="IEntityStore"/> must do.</summary>
public abstract class EntityStoreConformance
{
    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Read_OfNothing_IsNull()
    {
        var store = await OpenAsync();

        Assert.Null(await store.ReadAsync(Key("nobody"), Cancellation));
    }

    [Fact]
    public async Task Write_OfAWhole_IsReadBack()
    {
        var store = await OpenAsync();

        Assert.Empty(await WriteAsync(store, Whole("C1", 1, "one")));

        await AssertStoredAsync(store, Key("C1"), 1, "one");
    }

    [Fact]
    public async Task Write_OfAVersionThatIsThere_ChangesNothing()
    {
        var store = await OpenAsync();
        await WriteAsync(store, Whole("C1", 1, "one"));
        await WriteAsync(store, Whole("C1", 2, "two"));

        Assert.Equal([0], await WriteAsync(store, Whole("C1", 2, "second to write")));
        Assert.Equal([0], await WriteAsync(store, Whole("C1", 1, "older")));

        await AssertStoredAsync(store, Key("C1"), 2, "two");
        Assert.Empty(await WriteAsync(store, Whole("C1", 3, "three")));
        await AssertStoredAsync(store, Key("C1"), 3, "three");
    }

    [Fact]
    public async Task Write_WithOneConflict_StoresTheOthers()
    {
        var store = await OpenAsync();
        await WriteAsync(store, Whole("C2", 1, "there"));

        Assert.Equal([1], await WriteAsync(store, Whole("C1", 1, "a"), Whole("C2", 1, "b"), Whole("C3", 1, "c")));

        await AssertStoredAsync(store, Key("C1"), 1, "a");
        await AssertStoredAsync(store, Key("C2"), 1, "there");
        await AssertStoredAsync(store, Key("C3"), 1, "c");
    }

    [Fact]
    public async Task Write_OfOneStateSeveralTimes_TakesAllInOrder()
    {
        var store = await OpenAsync();

        Assert.Empty(await WriteAsync(store, Whole("C1", 1, "one"), Whole("C2", 1, "other"), Whole("C1", 2, "two"), Whole("C1", 3, "three")));

        await AssertStoredAsync(store, Key("C1"), 3, "three");
        await AssertStoredAsync(store, Key("C2"), 1, "other");
    }

    [Fact]
    public async Task Write_AfterAConflictOfTheSameState_IsAConflictToo()
    {
        var store = await OpenAsync();
        await WriteAsync(store, Whole("C1", 1, "theirs"));

        Assert.Equal([0, 2], await WriteAsync(store, Whole("C1", 1, "mine"), Whole("C2", 1, "other"), Whole("C1", 2, "stands on mine")));

        await AssertStoredAsync(store, Key("C1"), 1, "theirs");
    }

    [Fact]
    public async Task Write_OfNothing_IsNoConflict()
    {
        var store = await OpenAsync();

        Assert.Empty(await WriteAsync(store));
    }

    [Fact]
    public async Task Keys_OfAnyBytes_AreDifferentStates()
    {
        var store = await OpenAsync();
        byte[][] keys =
        [
            [], [0], [0, 0], [255], [0xC3, 0x28], "C1"u8.ToArray(), "c1"u8.ToArray(), "C1 "u8.ToArray(), "a/b"u8.ToArray(), "a\\b"u8.ToArray(), "a.b"u8.ToArray(),
            "a#b?c%d"u8.ToArray(), "43"u8.ToArray(), "x43"u8.ToArray(), "naïve ключ"u8.ToArray(), new byte[1024], [.. Enumerable.Repeat((byte)'k', 1024)],
            [.. Enumerable.Repeat((byte)'k', 1023)],
        ];

        Assert.Empty(await store.WriteAsync([.. keys.Select((key, index) => new StateWrite(new(Pipeline, 0, key), 1, true, BitConverter.GetBytes(index)))], Cancellation));

        for (var index = 0; index < keys.Length; index++)
        {
            var stored = await store.ReadAsync(new(Pipeline, 0, keys[index]), Cancellation);
            Assert.Equal(BitConverter.GetBytes(index), stored!.Whole.ToArray());
        }
    }

    [Fact]
    public async Task Bytes_NoneAndAny_AreReadBack()
    {
        var store = await OpenAsync();
        var any = Enumerable.Range(0, 100_000).Select(number => (byte)number).ToArray();

        await store.WriteAsync([new(Key("none"), 1, true, default), new(Key("any"), 1, true, any)], Cancellation);

        var none = await store.ReadAsync(Key("none"), Cancellation);
        Assert.Equal((1, 0), (none!.Version, none.Whole.Length));
        Assert.Equal(any, (await store.ReadAsync(Key("any"), Cancellation))!.Whole.ToArray());
    }

    [Fact]
    public async Task States_OfOtherPipelinesAndKinds_AreApart()
    {
        var store = await OpenAsync();
        StateKey[] keys =
        [
            new(Pipeline, 0, "7"u8.ToArray()), new(Pipeline, 1, "7"u8.ToArray()), new(Pipeline + "-2", 0, "7"u8.ToArray()),
            new(Pipeline, StateKind.Position, "7"u8.ToArray()), new(Pipeline, StateKind.Route, "7"u8.ToArray()),
        ];
        for (var index = 0; index < keys.Length; index++)
        {
            Assert.Empty(await store.WriteAsync([new(keys[index], 1, true, new[] { (byte)index })], Cancellation));
        }

        for (var index = 0; index < keys.Length; index++)
        {
            Assert.Equal([(byte)index], (await store.ReadAsync(keys[index], Cancellation))!.Whole.ToArray());
        }

        Assert.Null(await store.ReadAsync(new(Pipeline + "-other", 0, "7"u8.ToArray()), Cancellation));
    }

    [Fact]
    public async Task Key_InABufferUsedAgain_IsStillThatKey()
    {
        var store = await OpenAsync();
        var buffer = "C1"u8.ToArray();
        await store.WriteAsync([new(new(Pipeline, 0, buffer), 1, true, buffer)], Cancellation);
        buffer[1] = (byte)'9';

        Assert.Null(await store.ReadAsync(new(Pipeline, 0, buffer), Cancellation));
        await AssertStoredAsync(store, Key("C1"), 1, "C1");
        Assert.Equal([0], await WriteAsync(store, Whole("C1", 1, "again")));
    }

    [Fact]
    public async Task Writers_RacingForEachVersion_OneWinsAndNothingIsLost()
    {
        const int Writers = 4, Rounds = 25, States = 8;
        var store = await OpenAsync();
        var won = await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(
            async () =>
            {
                var won = new List<(int State, long Version)>();
                var next = Enumerable.Repeat(1L, States).ToArray();
                for (var round = 0; round < Rounds; round++)
                {
                    // Each in another order: what two silos hold does not come sorted.
                    var order = Enumerable.Range(0, States).Select(state => (state + writer) % States).ToArray();
                    var refused = await store.WriteAsync([.. order.Select(state => Whole($"C{state}", next[state], $"{writer}:{next[state]}"))], Cancellation);
                    for (var index = 0; index < States; index++)
                    {
                        var state = order[index];
                        if (!refused.Contains(index))
                        {
                            won.Add((state, next[state]++));
                            continue;
                        }

                        next[state] = (await store.ReadAsync(Key($"C{state}"), Cancellation))!.Version + 1;
                    }
                }

                return (Writer: writer, Won: won);
            },
            Cancellation)));

        for (var state = 0; state < States; state++)
        {
            var winners = won.SelectMany(one => one.Won.Where(win => win.State == state).Select(win => (win.Version, one.Writer))).OrderBy(win => win.Version).ToList();
            Assert.Equal(Enumerable.Range(1, winners.Count).Select(version => (long)version), winners.Select(win => win.Version));
            var (version, writer) = winners[^1];
            await AssertStoredAsync(store, Key($"C{state}"), version, $"{writer}:{version}");
        }
    }

    [Fact]
    public async Task Write_OfManyStatesByParallelWriters_StoresEach()
    {
        const int Writers = 4, States = 2_500;
        var store = await OpenAsync();
        var refused = await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(
            () => store.WriteAsync([.. Enumerable.Range(0, States).Select(state => Whole($"{writer}-{state}", 1, $"{writer}-{state}"))], Cancellation).AsTask(), Cancellation)));

        Assert.All(refused, Assert.Empty);
        var names = Enumerable.Range(0, Writers).SelectMany(writer => Enumerable.Range(0, States).Select(state => $"{writer}-{state}")).ToList();
        var stored = await Task.WhenAll(names.Select(name => store.ReadAsync(Key(name), Cancellation).AsTask()));
        Assert.Equal(names, stored.Select(state => Encoding.UTF8.GetString(state!.Whole.Span)));
    }

    [Fact]
    public async Task Open_OfManyAtOnce_IsNoError()
    {
        var store = await OpenAsync();
        await WriteAsync(store, Whole("C1", 1, "one"));

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.OpenAsync(Cancellation).AsTask()));

        await AssertStoredAsync(store, Key("C1"), 1, "one");
    }

    /// <summary>Of this test alone: a store may be shared by several.</summary>
    private protected string Pipeline { get; } = $"fraud-{Guid.NewGuid():N}";

    /// <summary>A store, not opened, without states of this test's pipeline.</summary>
    protected abstract Task<IEntityStore> CreateAsync();

    private protected StateKey Key(string key) => new(Pipeline, 0, Encoding.UTF8.GetBytes(key));

    private protected StateWrite Whole(string key, long version, string text) => new(Key(key), version, true, Encoding.UTF8.GetBytes(text));

    private protected StateWrite Change(string key, long version, string text) => new(Key(key), version, false, Encoding.UTF8.GetBytes(text));

    private protected static async Task<IReadOnlyList<int>> WriteAsync(IEntityStore store, params StateWrite[] writes) => await store.WriteAsync(writes, Cancellation);

    private protected static async Task AssertStoredAsync(IEntityStore store, StateKey key, long version, string whole, params string[] changes)
    {
        var stored = await store.ReadAsync(key, Cancellation);
        Assert.NotNull(stored);
        Assert.Equal(version, stored.Version);
        Assert.Equal(whole, Encoding.UTF8.GetString(stored.Whole.Span));
        Assert.Equal(changes, stored.Changes.Select(change => Encoding.UTF8.GetString(change.Span)));
    }

    private protected async Task<IEntityStore> OpenAsync()
    {
        var store = await CreateAsync();
        await store.OpenAsync(Cancellation);
        return store;
    }
}
