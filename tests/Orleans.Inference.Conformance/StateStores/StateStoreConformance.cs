using System.Text;
using Orleans.Inference.Checkpoints;
using Orleans.Inference.Delivery;
using Orleans.Inference.Entities;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Conformance.StateStores;

/// <summary>What every state store must do. A derivation says how its state is opened again and again.</summary>
public abstract class StateStoreConformance
{
    /// <summary>Opens the test's one state, empty the first time. The test disposes it.</summary>
    protected abstract IStateStore Open();

    [Fact]
    public void Header_NewStore_IsNull()
    {
        using var store = Open();
        Assert.Null(store.ReadHeader());
        Assert.Empty(store.ReadLog());
        Assert.Empty(Find(store, 0, Key("nobody")));
    }

    [Fact]
    public void Header_Reopened_IsTheLastCommitted()
    {
        var last = new CheckpointHeader(
            2,
            long.MaxValue,
            7,
            "cluster-ä",
            "",
            [new InputPosition(-1, 7L << 40, long.MinValue), new InputPosition(3, 12, DateTime.MaxValue.Ticks)],
            [new OutputPosition(OutputTopic.Predictions, 0, 5), new OutputPosition(OutputTopic.Late, 3, long.MaxValue)]);
        using (var store = Open())
        {
            store.Commit(new CheckpointWrite(Header(1), [], [], 0));
            store.Commit(new CheckpointWrite(last, [], [], 0));
            Assert.Equivalent(last, store.ReadHeader(), strict: true);
        }

        using var reopened = Open();
        Assert.Equivalent(last, reopened.ReadHeader(), strict: true);
    }

    [Fact]
    public void Routes_Reopened_AreThereInOrderWithoutACheckpoint()
    {
        StoredRoute[] routes =
        [
            new(new RouteRevision(1, new RouteModel(3, new FallbackModel(0.1f, null)), 0, null, new RouteModel(0, new FallbackModel(0.1f, null))), 0),
            new(new RouteRevision(2, new RouteModel(1, new FallbackModel(null, 2)), DateTime.MaxValue.Ticks, "ops \"ä\"", new RouteModel(0, null)), 7),
            new(new RouteRevision(10, new RouteModel(2, null), 5, "", new RouteModel(2, null)), long.MaxValue),
        ];
        using (var store = Open())
        {
            Assert.Empty(store.ReadRoutes());
            foreach (var route in routes.Reverse())
            {
                store.SaveRoute(route);
            }
        }

        using var reopened = Open();
        Assert.Equal(routes, reopened.ReadRoutes());
        reopened.SaveRoute(routes[2] with { FromSequence = 8 });
        Assert.Equal([0, 7, 8], reopened.ReadRoutes().Select(route => route.FromSequence));
    }

    [Fact]
    public async Task Routes_SavedWhileCheckpointsCommit_AreAllThere()
    {
        using var store = Open();
        var commits = Task.Run(() =>
        {
            for (var checkpoint = 1; checkpoint <= 50; checkpoint++)
            {
                store.Commit(new CheckpointWrite(Header(checkpoint), [], [Key("a")], 0));
            }
        });
        for (var number = 1; number <= 20; number++)
        {
            store.SaveRoute(new StoredRoute(new RouteRevision(number, new RouteModel(1, null), 0, null, new RouteModel(1, null)), number));
        }

        await commits;
        Assert.Equal(Enumerable.Range(1, 20), store.ReadRoutes().Select(route => route.Revision.Number));
        Assert.Equal(50, store.ReadHeader()!.Checkpoint);
    }

    [Fact]
    public void Log_SeveralCheckpoints_IsReadOldestFirstPartsInOrder()
    {
        using (var store = Open())
        {
            for (var checkpoint = 1; checkpoint <= 12; checkpoint++)
            {
                var parts = Enumerable.Range(0, 12).Select(part => (ReadOnlyMemory<byte>)Key($"{checkpoint}/{part}")).ToArray();
                store.Commit(new CheckpointWrite(Header(checkpoint), [], parts, 0));
            }
        }

        using var reopened = Open();
        var expected = from checkpoint in Enumerable.Range(1, 12) from part in Enumerable.Range(0, 12) select $"{checkpoint}/{part}";
        Assert.Equal(expected, reopened.ReadLog().Select(changes => Encoding.UTF8.GetString(changes.Bytes.Span)));
    }

    [Fact]
    public void Log_Dropped_KeepsTheCheckpointsFromTheGivenOne()
    {
        using var store = Open();
        for (var checkpoint = 1; checkpoint <= 5; checkpoint++)
        {
            store.Commit(new CheckpointWrite(Header(checkpoint), [], [Key("a"), Key("b")], checkpoint == 5 ? 4 : 0));
        }

        Assert.Equal([4L, 4L, 5L, 5L], store.ReadLog().Select(changes => changes.Checkpoint));
    }

    [Fact]
    public void Log_PartOfManyPages_IsReadBack()
    {
        var bytes = new byte[5_000_000];
        new Random(1).NextBytes(bytes);
        using var store = Open();
        store.Commit(new CheckpointWrite(Header(1), [], [bytes, Array.Empty<byte>()], 0));
        var parts = store.ReadLog().ToArray();
        Assert.Equal(2, parts.Length);
        Assert.True(parts[0].Bytes.Span.SequenceEqual(bytes));
        Assert.Equal(0, parts[1].Bytes.Length);
    }

    [Fact]
    public void Entity_WrittenAgain_IsReplaced()
    {
        using var store = Open();
        StoredEntity[] both = [Entity(0, Key("C1"), 1, Key("old")), Entity(0, Key("C2"), 1, Key("kept"))];
        store.Commit(new CheckpointWrite(Header(1), both, [], 0));
        store.Commit(new CheckpointWrite(Header(2), [Entity(0, Key("C1"), 2, Key("a longer new one"))], [], 0));

        var found = Find(store, 0, Key("C1"), Key("C2"));
        AssertEntity(Entity(0, Key("C1"), 2, Key("a longer new one")), found[0]);
        AssertEntity(Entity(0, Key("C2"), 1, Key("kept")), found[1]);
    }

    [Fact]
    public void Entity_TwiceInOneCheckpoint_IsTheLater()
    {
        using var store = Open();
        var entities = Enumerable.Range(0, 50).Select(version => Entity(0, Key("C1"), 1, Key($"{version}"))).ToArray();
        store.Commit(new CheckpointWrite(Header(1), entities, [], 0));
        AssertEntity(entities[^1], Assert.Single(Find(store, 0, Key("C1"))));
    }

    [Fact]
    public void Entity_SameKeyOfTwoTypes_IsTwoEntities()
    {
        using var store = Open();
        StoredEntity[] both = [Entity(0, Key("1"), 1, Key("customer")), Entity(1, Key("1"), 1, Key("terminal"))];
        store.Commit(new CheckpointWrite(Header(1), both, [], 0));
        AssertEntity(Entity(0, Key("1"), 1, Key("customer")), Assert.Single(Find(store, 0, Key("1"))));
        AssertEntity(Entity(1, Key("1"), 1, Key("terminal")), Assert.Single(Find(store, 1, Key("1"))));
        Assert.Empty(Find(store, 2, Key("1")));
    }

    [Fact]
    public void Entity_KeysOfAnyBytes_AreReadBack()
    {
        byte[][] keys =
        [
            [], [0], [0, 0], [255], [255, 0, 255], Key("ä'\"; DROP TABLE entities; --"), Key("C1"), Key("c1"),
            [.. Enumerable.Repeat((byte)0xC3, 1024)], [.. Enumerable.Repeat((byte)0xC3, 1023)],
        ];
        using (var store = Open())
        {
            store.Commit(new CheckpointWrite(Header(1), [.. keys.Select(key => Entity(0, key, 1, key))], [], 0));
        }

        using var reopened = Open();
        foreach (var key in keys)
        {
            AssertEntity(Entity(0, key, 1, key), Assert.Single(Find(reopened, 0, key)));
        }
    }

    [Fact]
    public void EntityHashes_AreOfEveryStoredEntity()
    {
        using var store = Open();
        var entities = Enumerable.Range(0, 300)
            .Select(number => Entity(number % 3, Key($"E{number}"), 1, new byte[number * 10])).ToArray();
        store.Commit(new CheckpointWrite(Header(1), entities, [], 0));
        var found = new List<(int, ulong)>();
        store.ReadEntityHashes((type, hash) => found.Add((type, hash)));
        Assert.Equal(entities.Select(entity => (entity.EntityType, entity.KeyHash)).Order(), found.Order());
    }

    [Fact]
    public void Commit_ReturnsTheBytesOfKeysStatesAndChanges()
    {
        using var store = Open();
        Assert.Equal(0, store.Commit(new CheckpointWrite(Header(1), [], [], 0)));
        var write = new CheckpointWrite(Header(2), [Entity(0, Key("C1"), 2, new byte[10])], [new byte[3], new byte[4]], 0);
        Assert.Equal(2 + 10 + 3 + 4, store.Commit(write));
    }

    [Fact]
    public void Commit_FailingHalfway_LeavesThePreviousCheckpointAndCanBeRepeated()
    {
        using (var store = Open())
        {
            store.Commit(new CheckpointWrite(Header(1), [Entity(0, Key("C1"), 1, Key("one"))], [Key("log 1")], 0));
            var entities = new[] { Entity(0, Key("C1"), 2, Key("two")), Entity(0, Key("C2"), 2, Key("two")) };
            var changes = new HookedList([Key("log 2")], () => throw new InvalidOperationException());
            Assert.Throws<InvalidOperationException>(() => store.Commit(new CheckpointWrite(Header(2), entities, changes, 2)));
            AssertFirst(store);
        }

        using var reopened = Open();
        AssertFirst(reopened);
        reopened.Commit(new CheckpointWrite(Header(2), [Entity(0, Key("C1"), 2, Key("two"))], [Key("log 2")], 2));
        Assert.Equal(2, reopened.ReadHeader()!.Checkpoint);
        Assert.Equal(2, Assert.Single(reopened.ReadLog()).Checkpoint);

        static void AssertFirst(IStateStore store)
        {
            Assert.Equal(1, store.ReadHeader()!.Checkpoint);
            Assert.Equal(1, Assert.Single(store.ReadLog()).Checkpoint);
            AssertEntity(Entity(0, Key("C1"), 1, Key("one")), Assert.Single(Find(store, 0, Key("C1"))));
            Assert.Empty(Find(store, 0, Key("C2")));
        }
    }

    [Fact]
    public void Entities_HundredThousand_AreAllReadBack()
    {
        const int Count = 100_000;
        var entities = Enumerable.Range(0, Count)
            .Select(number => Entity(0, Key($"C{number}"), 1, BitConverter.GetBytes(number))).ToArray();
        using (var store = Open())
        {
            store.Commit(new CheckpointWrite(Header(1), entities, [], 0));
        }

        using var reopened = Open();
        var seen = new bool[Count];
        var keys = entities.Select(entity => entity.Key).ToArray();
        reopened.ReadEntities(0, keys, entity => seen[BitConverter.ToInt32(entity.State.Span)] = true);
        Assert.DoesNotContain(false, seen);
        var hashes = 0;
        reopened.ReadEntityHashes((_, _) => hashes++);
        Assert.Equal(Count, hashes);
    }

    [Fact]
    public async Task Entities_ReadWhileCommitting_AreOfOneCheckpoint()
    {
        // Every checkpoint writes both entities with its number: a reader that sees two numbers has seen half a checkpoint.
        const int Checkpoints = 300;
        using var store = Open();
        store.Commit(Both(1));
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            long last;
            do
            {
                var found = Find(store, 0, Key("C1"), Key("C2"));
                Assert.Equal(2, found.Count);
                Assert.Equal(found[0].Checkpoint, found[1].Checkpoint);
                Assert.True(found[0].State.Span.SequenceEqual(found[1].State.Span));
                last = found[0].Checkpoint;
            }
            while (last < Checkpoints);
        })).ToArray();
        for (var checkpoint = 2; checkpoint <= Checkpoints; checkpoint++)
        {
            store.Commit(Both(checkpoint));
        }

        await Task.WhenAll(readers).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        static CheckpointWrite Both(long checkpoint)
        {
            var state = BitConverter.GetBytes(checkpoint);
            StoredEntity[] both = [Entity(0, Key("C1"), checkpoint, state), Entity(0, Key("C2"), checkpoint, state)];
            return new CheckpointWrite(Header(checkpoint), both, [state], checkpoint - 3);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Commits_Generated_EqualADictionary(int seed)
    {
        var random = new Random(seed);
        var entities = new Dictionary<(int, string), StoredEntity>();
        var log = new List<(long Checkpoint, byte[] Bytes)>();
        for (var run = 0; run < 4; run++)
        {
            using var store = Open();
            for (var step = 0; step < 10; step++)
            {
                var checkpoint = (run * 10) + step + 1;
                var written = Enumerable.Range(0, random.Next(40))
                    .Select(_ => Entity(random.Next(2), Key($"{random.Next(100)}"), checkpoint, RandomBytes(random, 3000))).ToArray();
                var changes = Enumerable.Range(0, random.Next(4)).Select(_ => RandomBytes(random, 20_000)).ToArray();
                var drop = checkpoint - random.Next(6);
                ReadOnlyMemory<byte>[] parts = [.. changes.Select(part => (ReadOnlyMemory<byte>)part)];
                store.Commit(new CheckpointWrite(Header(checkpoint), written, parts, drop));
                foreach (var entity in written)
                {
                    entities[(entity.EntityType, Encoding.UTF8.GetString(entity.Key.Span))] = entity;
                }

                log.AddRange(changes.Select(part => ((long)checkpoint, part)));
                log.RemoveAll(part => part.Checkpoint < drop);
            }

            for (var type = 0; type < 2; type++)
            {
                var keys = Enumerable.Range(0, 100).Select(number => Key($"{number}")).ToArray();
                var found = Find(store, type, keys);
                var expected = entities.Values.Where(entity => entity.EntityType == type).ToArray();
                Assert.Equal(expected.Length, found.Count);
                foreach (var entity in found)
                {
                    AssertEntity(entities[(type, Encoding.UTF8.GetString(entity.Key.Span))], entity);
                }
            }

            Assert.Equal(
                log.Select(part => (part.Checkpoint, Convert.ToHexString(part.Bytes))),
                store.ReadLog().Select(part => (part.Checkpoint, Convert.ToHexString(part.Bytes.Span))));
        }
    }

    protected static byte[] Key(string text) => Encoding.UTF8.GetBytes(text);

    protected static CheckpointHeader Header(long checkpoint) => new(checkpoint, checkpoint * 1000, 1, "cluster", "cluster", [], []);

    protected static StoredEntity Entity(int type, byte[] key, long checkpoint, byte[] state) =>
        new(type, key, XxHash64.Hash(key), checkpoint, state);

    private static byte[] RandomBytes(Random random, int limit)
    {
        var bytes = new byte[random.Next(limit)];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>The entities found, in the order of their keys' bytes.</summary>
    private static List<StoredEntity> Find(IStateStore store, int type, params byte[][] keys)
    {
        var found = new List<StoredEntity>();
        store.ReadEntities(type, [.. keys.Select(key => (ReadOnlyMemory<byte>)key)], found.Add);
        found.Sort((left, right) => left.Key.Span.SequenceCompareTo(right.Key.Span));
        return found;
    }

    private static void AssertEntity(StoredEntity expected, StoredEntity actual)
    {
        Assert.Equal((expected.EntityType, expected.KeyHash, expected.Checkpoint), (actual.EntityType, actual.KeyHash, actual.Checkpoint));
        Assert.Equal(expected.Key.ToArray(), actual.Key.ToArray());
        Assert.Equal(expected.State.ToArray(), actual.State.ToArray());
    }

    /// <summary>A list that does something when its items are reached: by then a commit has written its entities.</summary>
    private sealed class HookedList(ReadOnlyMemory<byte>[] items, Action reached) : IReadOnlyList<ReadOnlyMemory<byte>>
    {
        public int Count => items.Length;

        public ReadOnlyMemory<byte> this[int index]
        {
            get
            {
                reached();
                return items[index];
            }
        }

        public IEnumerator<ReadOnlyMemory<byte>> GetEnumerator()
        {
            reached();
            return ((IEnumerable<ReadOnlyMemory<byte>>)items).GetEnumerator();
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
