using System.Runtime.InteropServices;
using Orleans.Inference.Scoring;

namespace Orleans.Inference.Conformance.ModelRuntimes;

/// <summary>
/// What every model runtime must do, because replay and live answer with the same bytes only if the score of a row is a function of that
/// row: not of its batch, its place, the thread or what was scored before.
/// </summary>
public abstract class ModelRuntimeConformance : IDisposable
{
    private const int Rows = 1024;
    private const int Seed = 7;
    private readonly Lazy<IModelRuntime> _runtime;

    protected ModelRuntimeConformance() => _runtime = new Lazy<IModelRuntime>(CreateRuntime);

    private IModelRuntime Runtime => _runtime.Value;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(333)]
    [InlineData(1023)]
    public void Score_InBatchesOfAnySize_HasTheSameBits(int size)
    {
        float[] features = DrawRows(Rows);
        Assert.Equal(Bits(Score(features, Rows)), Bits(Score(features, size)));
    }

    [Fact]
    public void Score_OfMoreRowsThanOneCallTakes_HasTheSameBits()
    {
        const int many = 5000;
        float[] features = DrawRows(many);
        Assert.Equal(Bits(Score(features, 100)), Bits(Score(features, many)));
    }

    [Fact]
    public void Score_OfRowsInAnotherOrder_HasTheSameBits()
    {
        int width = Runtime.FeatureCount;
        float[] features = DrawRows(Rows);
        int[] order = [.. Enumerable.Range(0, Rows)];
        new Random(Seed).Shuffle(order);
        var shuffled = new float[features.Length];
        for (int row = 0; row < Rows; row++)
            features.AsSpan(order[row] * width, width).CopyTo(shuffled.AsSpan(row * width));

        float[] scores = Score(features, Rows);
        Assert.Equal(Bits([.. order.Select(row => scores[row])]), Bits(Score(shuffled, Rows)));
    }

    [Fact]
    public void Score_TwiceTheSame_HasTheSameBits()
    {
        float[] features = DrawRows(Rows);
        float[] first = Score(features, 64);
        Score(DrawRows(Rows, seed: 8), 5);
        Assert.Equal(Bits(first), Bits(Score(features, 64)));
    }

    [Fact]
    public void Score_FromSeveralThreads_HasTheSameBits()
    {
        float[] features = DrawRows(Rows);
        int[] expected = Bits(Score(features, Rows));
        int[] sizes = [1, 3, 64, 200, 512, 1024, 17, 31];
        var found = new int[sizes.Length][];
        Thread[] threads =
        [
            .. sizes.Select((size, place) => new Thread(() =>
            {
                for (int round = 0; round < 5; round++)
                    found[place] = Bits(Score(features, size));
            })),
        ];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            Assert.True(thread.Join(TimeSpan.FromSeconds(60)), "a scoring thread did not end within 60 s");
        Assert.All(found, bits => Assert.Equal(expected, bits));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(float.MaxValue)]
    [InlineData(float.Epsilon)]
    public void Score_OfARowThatIsNoOrdinaryNumber_LeavesOtherRowsAlone(float value)
    {
        int width = Runtime.FeatureCount;
        float[] features = DrawRows(40);
        int[] expected = Bits(Score(features, 40));
        features.AsSpan(20 * width, width).Fill(value);

        int[] found = Bits(Score(features, 40));
        found[20] = expected[20];
        Assert.Equal(expected, found);
    }

    [Fact]
    public void Score_OfNoRows_IsTrue()
    {
        Assert.True(Runtime.TryScore([], 0, [], out string? error));
        Assert.Null(error);
    }

    [Fact]
    public void Score_IntoALongerSpan_WritesOnlyItsRows()
    {
        var scores = new float[10];
        scores.AsSpan().Fill(-7);
        Assert.True(Runtime.TryScore(DrawRows(4), 4, scores, out _));
        Assert.All(scores[4..], score => Assert.Equal(-7, score));
        Assert.DoesNotContain(-7, scores[..4]);
    }

    [Fact]
    public void Score_OfSpansTooShort_Throws()
    {
        float[] features = DrawRows(2);
        Assert.Throws<ArgumentException>(() => Runtime.TryScore(features, 3, new float[3], out _));
        Assert.Throws<ArgumentException>(() => Runtime.TryScore(features, 2, new float[1], out _));
    }

    [Fact]
    public void Score_OfSizesSeenBefore_AllocatesNothing()
    {
        int width = Runtime.FeatureCount;
        float[] features = DrawRows(Rows);
        var scores = new float[Rows];
        int[] sizes = [1, 2, 7, 64, 333, 1024];
        for (int round = 0; round < 3; round++)
            ScoreAll();

        // The runtime itself allocates now and then, when it compiles a method again; what the score allocates, it allocates in every round.
        long least = long.MaxValue;
        for (int round = 0; round < 20; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            ScoreAll();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);

        void ScoreAll()
        {
            foreach (int size in sizes)
                Runtime.TryScore(features.AsSpan(0, size * width), size, scores, out _);
        }
    }

    [Fact]
    public void Score_AfterDispose_IsAnErrorAndNotACrash()
    {
        float[] features = DrawRows(1);
        Runtime.Dispose();
        Runtime.Dispose();
        Assert.False(Runtime.TryScore(features, 1, new float[1], out string? error));
        Assert.NotNull(error);
    }

    [Fact]
    public void Dispose_WhileOthersScore_LetsThemFinish()
    {
        float[] features = DrawRows(Rows);
        using var started = new CountdownEvent(3);
        Thread[] threads =
        [
            .. Enumerable.Range(0, 3).Select(_ => new Thread(() =>
            {
                var scores = new float[Rows];
                Runtime.TryScore(features, Rows, scores, out string? _);
                started.Signal();
                while (Runtime.TryScore(features, Rows, scores, out string? _))
                    Assert.DoesNotContain(float.NaN, scores);
            })),
        ];
        foreach (Thread thread in threads)
            thread.Start();
        Assert.True(started.Wait(TimeSpan.FromSeconds(60)), "the threads did not score once within 60 s");
        Runtime.Dispose();
        foreach (Thread thread in threads)
            Assert.True(thread.Join(TimeSpan.FromSeconds(60)), "a scoring thread did not see the end within 60 s");
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>A loaded model with at least one feature.</summary>
    protected abstract IModelRuntime CreateRuntime();

    protected virtual void Dispose(bool disposing)
    {
        if (disposing && _runtime.IsValueCreated)
            Runtime.Dispose();
    }

    private float[] Score(float[] features, int size)
    {
        int width = Runtime.FeatureCount;
        int rows = features.Length / width;
        var scores = new float[rows];
        for (int first = 0; first < rows; first += size)
        {
            int count = Math.Min(size, rows - first);
            bool scored = Runtime.TryScore(features.AsSpan(first * width, count * width), count, scores.AsSpan(first), out string? error);
            Assert.True(scored, error);
        }

        return scores;
    }

    private float[] DrawRows(int rows, int seed = Seed)
    {
        var random = new Random(seed);
        var features = new float[rows * Runtime.FeatureCount];
        for (int place = 0; place < features.Length; place++)
            features[place] = (random.NextSingle() * 3) - 1.5f;
        return features;
    }

    private static int[] Bits(float[] scores) => MemoryMarshal.Cast<float, int>(scores).ToArray();
}
