using Orleans.Inference.Checkpoints;
using Orleans.Inference.Entities;

namespace Orleans.Inference.Windows;

public sealed class EntityWindowsStreamTests
{
    private const int Length = 160;

    private static readonly WindowPipeline Windows = new(GeneratedStream.AllFeatures());

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 24)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Apply_OnAnyStream_AgreesWithPlainLoops(int seed)
    {
        var stream = new GeneratedStream(seed, Length, inOrder: seed % 4 == 0);
        var rows = Run(stream, trim: false);
        for (var i = 0; i < rows.Length; i++)
        {
            AssertAgrees(feature => WindowOracle.Read(stream.Events, i, feature), rows[i], $"seed {seed}, event {i}");
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Apply_WithTrimming_GivesTheSameBits(int seed)
    {
        var stream = new GeneratedStream(seed + 1000, Length);
        AssertSame(Run(stream, trim: false), Run(stream, trim: true), seed);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Store_AndLoadAtAnyPlace_ChangeNoBit(int seed)
    {
        var stream = new GeneratedStream(seed + 2000, Length);
        var expected = Run(stream, trim: true);
        var random = new Random(seed);
        var stored = new ByteWriter();
        AssertSame(expected, Run(stream, trim: true, (entity, _) => random.Next(5) == 0 ? Reload(entity, stored) : entity), seed);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Preview_AndReadAtAnyMoment_ChangeNothing(int seed)
    {
        var stream = new GeneratedStream(seed + 3000, Length);
        var expected = Run(stream, trim: true);
        var others = new GeneratedStream(seed + 4000, Length);
        AssertSame(
            expected,
            Run(stream, trim: true, (entity, i) =>
            {
                var before = StoredBytes(entity);
                Windows.Preview(entity, others.Events[i]);
                Windows.ReadAt(entity, others.Events[i].Time);
                Assert.True(before.AsSpan().SequenceEqual(StoredBytes(entity)), $"seed {seed}: reading before event {i} changed the stored state");
                return entity;
            }),
            seed);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Preview_OfTheNextEvent_GivesWhatApplyingItWillGive(int seed)
    {
        var stream = new GeneratedStream(seed + 5000, Length);
        var previews = new float[Length][];
        var applied = Run(stream, trim: true, (entity, i) =>
        {
            previews[i] = Windows.Preview(entity, stream.Events[i]);
            return entity;
        });
        AssertSame(previews, applied, seed);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void ReadAt_AnyMoment_AgreesWithPlainLoops(int seed)
    {
        var stream = new GeneratedStream(seed + 6000, Length / 2);
        var random = new Random(seed);
        Run(stream, trim: false, (entity, i) =>
        {
            if (i > 0 && random.Next(4) == 0)
            {
                var arrived = stream.Events.Take(i).ToList();
                var time = arrived[random.Next(i)].Time + (random.NextInt64(-20, 80) * TimeSpan.TicksPerSecond);
                AssertAgrees(feature => WindowOracle.ReadAt(arrived, time, feature), Windows.ReadAt(entity, time), $"seed {seed}, before event {i}");
            }

            return entity;
        });
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Apply_WithoutReading_LeavesTheSameState(int seed)
    {
        // How a change log is applied again.
        var stream = new GeneratedStream(seed + 7000, Length);
        var entity = Windows.CreateEntity();
        var replayed = Windows.CreateEntity();
        var reader = Windows.Reader;
        var words = new long[reader.WordsOf(0)];
        var batch = new Events.EventBatch(Windows.Pipeline, 1) { Count = 1 };
        foreach (var item in stream.Events)
        {
            batch.EventTimes[0] = item.Time;
            for (var field = WindowPipeline.Amount; field <= WindowPipeline.Label; field++)
            {
                batch.Columns[field].Missing[0] = double.IsNaN(item.ValueOf(field));
                batch.Columns[field].Numbers[0] = item.ValueOf(field);
            }

            reader.Apply(batch, 0, 0, entity).CopyTo(words);
            Features.FeatureReader.Replay(replayed, words);
        }

        Assert.Equal(StoredBytes(entity), StoredBytes(replayed));
        var next = new TestEvent(stream.Events[^1].Time, 1, 1, 1, 1);
        AssertSame([Windows.Apply(entity, next)], [Windows.Apply(replayed, next)], seed);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Store_AfterALoad_IsTheSameBytes(int seed)
    {
        var stream = new GeneratedStream(seed + 8000, Length);
        Run(stream, trim: true, (entity, i) =>
        {
            if (i % 16 == 0)
            {
                var bytes = StoredBytes(entity);
                Assert.True(
                    bytes.AsSpan().SequenceEqual(StoredBytes(Reload(entity, new ByteWriter()))),
                    $"seed {seed}: storing again before event {i} gives other bytes");
            }

            return entity;
        });
    }

    /// <summary>The features of every event; <paramref name="between"/> may look at the entity before each, or replace it.</summary>
    private static float[][] Run(GeneratedStream stream, bool trim, Func<EntityState, int, EntityState>? between = null)
    {
        var entity = Windows.CreateEntity();
        var rows = new float[stream.Events.Count][];
        for (var i = 0; i < rows.Length; i++)
        {
            entity = between?.Invoke(entity, i) ?? entity;
            rows[i] = Windows.Apply(entity, stream.Events[i], trim ? stream.Horizons[i] : long.MinValue);
        }

        return rows;
    }

    private static EntityState Reload(EntityState entity, ByteWriter stored)
    {
        stored.Clear();
        entity.Windows.Store(stored);
        var loaded = Windows.CreateEntity();
        var reader = new ByteReader(stored.Written.Span);
        loaded.Windows.Load(ref reader);
        Assert.True(reader.IsAtEnd);
        Assert.Equal(entity.UpdatedAt, loaded.UpdatedAt);
        return loaded;
    }

    private static byte[] StoredBytes(EntityState entity)
    {
        var writer = new ByteWriter();
        entity.Windows.Store(writer);
        return writer.Written.ToArray();
    }

    private static void AssertAgrees(Func<Features.WindowFeature, float> oracle, float[] row, string where)
    {
        for (var f = 0; f < row.Length; f++)
        {
            var expected = oracle(Windows.Features[f]);
            Assert.True(
                WindowOracle.Agrees(Windows.Features[f], expected, row[f]),
                $"{where}: {Windows.Features[f].Name} is {row[f]:R}, plain loops give {expected:R}");
        }
    }

    private static void AssertSame(float[][] expected, float[][] actual, int seed)
    {
        for (var i = 0; i < expected.Length; i++)
        {
            for (var f = 0; f < expected[i].Length; f++)
            {
                Assert.True(
                    BitConverter.SingleToInt32Bits(expected[i][f]) == BitConverter.SingleToInt32Bits(actual[i][f]),
                    $"seed {seed}, event {i}: {Windows.Features[f].Name} is {actual[i][f]:R} instead of {expected[i][f]:R}");
            }
        }
    }
}
