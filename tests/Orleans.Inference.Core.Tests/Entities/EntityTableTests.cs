using System.Text;
using Orleans.Inference.Windows;

namespace Orleans.Inference.Entities;

public sealed class EntityTableTests
{
    private static readonly FoldPlan Plan = FoldPlan.Create(TestPipelines.Fraud(), 0);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Find_AfterAddsRemovesAndGrowth_AgreesWithADictionary(int seed)
    {
        var random = new Random(seed);
        var table = new EntityTable(Plan);
        var oracle = new Dictionary<string, EntityState>();
        for (var step = 0; step < 50_000; step++)
        {
            // The key space shrinks and grows, so that removed markers pile up and are cleared.
            var text = $"C{random.Next(step < 25_000 ? 4_000 : 100)}";
            var key = Encoding.UTF8.GetBytes(text);
            var hash = HashOf(key);
            var found = table.Find(hash, key);
            Assert.Same(oracle.GetValueOrDefault(text), found);
            if (found is null)
            {
                oracle.Add(text, table.Add(hash, key));
            }
            else if (random.Next(2) == 0)
            {
                table.Remove(found);
                oracle.Remove(text);
                Assert.Null(table.Find(hash, key));
            }

            Assert.Equal(oracle.Count, table.Count);
        }

        var walked = Enumerable.Range(0, table.SlotCount).Select(table.At).OfType<EntityState>().ToHashSet();
        Assert.True(walked.SetEquals(oracle.Values), $"seed {seed}: the walk differs from the dictionary");
    }

    [Fact]
    public void Find_OfKeysWithTheSameHash_TellsThemApart()
    {
        var table = new EntityTable(Plan);
        var entities = Enumerable.Range(0, 200).Select(i => table.Add(42, BitConverter.GetBytes(i))).ToArray();
        table.Remove(entities[7]);
        for (var i = 0; i < entities.Length; i++)
        {
            Assert.Same(i == 7 ? null : entities[i], table.Find(42, BitConverter.GetBytes(i)));
        }

        Assert.Null(table.Find(0, []));
    }

    [Fact]
    public void Add_AfterManyRemovals_DoesNotGrowWithoutBound()
    {
        var table = new EntityTable(Plan);
        for (var i = 0; i < 100_000; i++)
        {
            var key = BitConverter.GetBytes(i);
            table.Remove(table.Add(XxHash64.Hash(key), key));
        }

        Assert.Equal(0, table.Count);
        Assert.True(table.SlotCount <= 128, $"{table.SlotCount} slots for no entity");
    }

    [Fact]
    public void Create_MakesAnEntityInNoTable()
    {
        var table = new EntityTable(Plan);
        var entity = table.Create(1, "C1"u8);
        Assert.Equal("C1"u8, entity.Key);
        Assert.Equal(0, table.Count);
        Assert.Null(table.Find(1, "C1"u8));
    }

    [Fact]
    public async Task Find_WhileTheOwnerWrites_SeesEveryEntityThatStays()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var table = new EntityTable(Plan);
        var stable = Enumerable.Range(0, 500).Select(i => Add(table, $"stable-{i}")).ToArray();
        var done = false;
        var lookups = 0L;
        var reader = Task.Run(
            () =>
            {
                var wrong = 0;
                do
                {
                    foreach (var entity in stable)
                    {
                        wrong += ReferenceEquals(table.Find(entity.Hash, entity.Key), entity) ? 0 : 1;
                        lookups++;
                    }

                    // Also keys that come and go: whatever is found must be that key's.
                    for (var i = 0; i < 100; i++)
                    {
                        var key = Encoding.UTF8.GetBytes($"moving-{i}");
                        wrong += table.Find(HashOf(key), key) is { } found && !found.Key.AsSpan().SequenceEqual(key) ? 1 : 0;
                    }
                }
                while (!Volatile.Read(ref done));

                return wrong;
            },
            cancellation);
        var random = new Random(5);
        var moving = new List<EntityState>();
        for (var step = 0; step < 200_000; step++)
        {
            if (moving.Count > 0 && random.Next(100) < 48)
            {
                var at = random.Next(moving.Count);
                table.Remove(moving[at]);
                moving[at] = moving[^1];
                moving.RemoveAt(moving.Count - 1);
            }
            else
            {
                moving.Add(Add(table, $"moving-{step}"));
            }
        }

        Volatile.Write(ref done, true);
        Assert.Equal(0, await reader.WaitAsync(TimeSpan.FromSeconds(30), cancellation));
        Assert.True(lookups >= stable.Length);
    }

    private static EntityState Add(EntityTable table, string text)
    {
        var key = Encoding.UTF8.GetBytes(text);
        return table.Add(HashOf(key), key);
    }

    // Few low bits differ, so probe sequences run into each other.
    private static ulong HashOf(byte[] key) => XxHash64.Hash(key) & ~0x1EUL;
}
