using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Inference.Checkpoints;
using Orleans.Inference.Conformance.Engines;
using Orleans.Inference.Features;
using Orleans.Inference.Grains.Entities;
using Orleans.Inference.Grains.Storage;

namespace Orleans.Inference.Grains.Tests.Entities;

/// <summary>What an entity does with events that come again, and with its own past.</summary>
public sealed class LiveEntityTests : IDisposable
{
    private const long Input = 7;

    private readonly EnginePipeline _pipeline = new();
    private readonly MemoryEntityStore _store = new();
    private readonly EntityFeatures _features;

    public LiveEntityTests()
    {
        _features = new EntityFeatures(_pipeline.Model, entityType: 0);
    }

    public void Dispose() => _pipeline.Dispose();

    [Fact]
    public void Apply_OffsetAgain_GivesTheSameAnswerAndChangesNothing()
    {
        var entity = Create(Writer());
        var first = Apply(entity, Rows(from: 0, count: 3));
        var again = Apply(entity, Rows(from: 1, count: 3));
        Assert.Equal(first[4..], again[..8]);
        Assert.Equal(4, again[8]);
    }

    [Fact]
    public async Task Apply_CommittedOffsetAgain_ReadsAsOfItsTimeNow()
    {
        var writer = Writer();
        var entity = Create(writer);
        Apply(entity, Rows(from: 0, count: 2));
        await writer.FlushAsync();
        Apply(entity, Rows(from: 2, count: 1, committed: 2));

        // An older event of another input has come between: the first answer is forgotten, and would be another now.
        var older = Rows(from: 0, count: 1, input: Input + 1);
        Apply(entity, older);
        Assert.Equal(2, Apply(entity, Rows(from: 0, count: 1, committed: 2))[0]);
        Assert.Equal(5, Apply(entity, Rows(from: 3, count: 1, committed: 2))[0]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public async Task Load_WhatWasSaved_GivesTheSameAnswers(int writes)
    {
        // Forty writes pass the size at which changes become a whole.
        var writer = Writer();
        var entity = Create(writer);
        var expected = Create(Writer());
        for (var write = 0; write < writes; write++)
        {
            Apply(entity, Rows(from: write * 5, count: 5, committed: write * 5));
            Apply(expected, Rows(from: write * 5, count: 5, committed: write * 5));
            await writer.FlushAsync();
        }

        var loaded = Create(Writer());
        loaded.Load((await _store.ReadAsync(Key(), TestContext.Current.CancellationToken))!);
        var last = (writes * 5) - 2;
        Assert.Equal(Apply(expected, Rows(last, 4)), Apply(loaded, Rows(last, 4)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Apply_ManyInputs_AnswersAgainWhatIsNotCommitted(int seed)
    {
        var random = new Random(seed);
        var writer = Writer();
        var entity = Create(writer);
        var answers = Enumerable.Range(0, 3).Select(_ => new List<float[]>()).ToList();
        var committed = new int[answers.Count];
        for (var step = 0; step < 1000; step++)
        {
            var input = random.Next(answers.Count);
            var given = answers[input];
            given.Add(Apply(entity, Rows(given.Count, 1, committed[input], input)));
            if (random.Next(10) == 0)
            {
                // What is committed has been saved before.
                await writer.FlushAsync();
                committed[input] = random.Next(committed[input], given.Count + 1);
            }

            AssertAnswersAgain(entity, random.Next(answers.Count));
        }

        await writer.FlushAsync();
        var loaded = Create(Writer());
        loaded.Load((await _store.ReadAsync(Key(), TestContext.Current.CancellationToken))!);
        for (var input = 0; input < answers.Count; input++)
        {
            AssertAnswersAgain(entity, input);
            AssertAnswersAgain(loaded, input);
        }

        void AssertAnswersAgain(LiveEntity asked, int input)
        {
            var from = committed[input];
            var count = answers[input].Count - from;
            if (count > 0)
            {
                Assert.Equal(answers[input].Skip(from).SelectMany(answer => answer), Apply(asked, Rows(from, count, from, input)));
            }
        }
    }

    [Fact]
    public void TrySetLatest_WhenLeaving_IsRefused()
    {
        var entity = Create(Writer());
        Assert.True(entity.TrySetLatest([1]));
        entity.Close();
        Assert.False(entity.TrySetLatest([2]));
        Assert.Equal([1], entity.Latest());
    }

    [Fact]
    public void Apply_RowsUsedAgainForOthers_KeepsItsAnswers()
    {
        var entity = Create(Writer());
        var rows = Rows(from: 0, count: 2);
        var expected = Apply(entity, rows);
        rows.Words.AsSpan().Clear();
        Assert.Equal(expected, Apply(entity, Rows(from: 0, count: 2)));
    }

    [Fact]
    public async Task Apply_AfterEventsThatWentWithASilo_ChangesNothing()
    {
        var writer = Writer();
        var entity = Create(writer);
        Apply(entity, Rows(from: 0, count: 2));
        await writer.FlushAsync();
        Apply(entity, Rows(from: 2, count: 2));

        // Another silo knows what was saved: the two later events are nowhere.
        var elsewhere = Create(Writer());
        elsewhere.Load((await _store.ReadAsync(Key(), TestContext.Current.CancellationToken))!);
        var next = Rows(from: 4, count: 1);
        next.SentBefore = 3;
        Assert.Equal(ApplyResult.EventsMissing, elsewhere.Apply(next, new float[4]));
        Assert.Equal(5, Apply(entity, next)[0]);
        next.SentBefore = 1;
        Assert.Equal(3, Apply(elsewhere, next)[0]);
    }

    [Fact]
    public async Task Write_VersionThatIsTaken_LosesTheEntityAndBeginsAnEpoch()
    {
        var (first, second) = (Writer(), Writer());
        var (owner, other) = (Create(first), Create(second));
        Apply(owner, Rows(from: 0, count: 1));
        Apply(other, Rows(from: 0, count: 1));
        await first.FlushAsync();
        var epoch = second.Host.Epoch;
        await second.FlushAsync();
        Assert.False(owner.IsLost);
        Assert.True(other.IsLost);
        Assert.Equal(ApplyResult.Lost, other.Apply(Rows(from: 1, count: 1), new float[4]));
        Assert.NotEqual(epoch, second.Host.Epoch);
    }

    [Fact]
    public async Task Write_ChangedWhileItsVersionWasRefused_LeavesTheOtherOwnersState()
    {
        var store = new HeldStore(_store);
        var (first, second) = (Writer(), new StateWriter(store, SiloAddress.New(IPAddress.Loopback, 1, 1), TimeProvider.System, NullLogger.Instance));
        var (owner, other) = (Create(first), Create(second));
        Apply(owner, Rows(from: 0, count: 1));
        await first.FlushAsync();
        Apply(other, Rows(from: 0, count: 1));
        var refused = second.FlushAsync();
        await store.Entered;
        Apply(other, Rows(from: 1, count: 1));
        var after = second.FlushAsync();
        store.Release();
        await Task.WhenAll(refused, after);
        Assert.True(other.IsLost);
        Assert.False(other.TrySetLatest([1]));
        Assert.Equal(1, (await _store.ReadAsync(Key(), TestContext.Current.CancellationToken))!.Version);
        Apply(owner, Rows(from: 1, count: 1));
        await first.FlushAsync();
        Assert.False(owner.IsLost);
    }

    [Fact]
    public async Task Flush_StateThatCannotBeTaken_LosesWhatWasTakenWithItAndGoesOn()
    {
        var writer = Writer();
        var entity = Create(writer);
        var epoch = writer.Host.Epoch;
        Apply(entity, Rows(from: 0, count: 1));
        writer.Add(new BrokenState());
        await writer.FlushAsync();
        Assert.True(entity.IsLost);
        Assert.NotEqual(epoch, writer.Host.Epoch);

        var next = Create(writer);
        Apply(next, Rows(from: 0, count: 1));
        await writer.FlushAsync();
        Assert.True(next is { IsSaved: true, IsLost: false });
    }

    private static float[] Apply(LiveEntity entity, EntityRows rows)
    {
        var features = new float[entity.AnswerLengthOf(rows)];
        Assert.Equal(ApplyResult.Done, entity.Apply(rows, features));
        return features;
    }

    /// <summary>Events a minute apart, of amount 10; the hour's count is the first of four features.</summary>
    private EntityRows Rows(int from, int count, long committed = 0, long input = Input)
    {
        var width = 1 + _features.WordCount;
        var words = new long[count * width];
        for (var row = 0; row < count; row++)
        {
            words[row * width] = from + row;
            words[(row * width) + 1] = Payments.Start.AddMinutes(from + row).Ticks;
            words[(row * width) + 2] = BitConverter.DoubleToInt64Bits(10);
        }

        return new EntityRows { Input = input, Committed = committed, Words = words };
    }

    private LiveEntity Create(StateWriter writer) => new(_features, writer, Key());

    private StateKey Key() => new(_pipeline.Model.Name, 0, Encoding.UTF8.GetBytes("C1"));

    private StateWriter Writer() => new(
        _store, SiloAddress.New(IPAddress.Loopback, 1, 1), TimeProvider.System, NullLogger.Instance);

    /// <summary>A store whose first write waits until it is released.</summary>
    private sealed class HeldStore(IEntityStore store) : IEntityStore
    {
        private readonly TaskCompletionSource _entered = new();
        private readonly TaskCompletionSource _released = new();

        public Task Entered => _entered.Task;

        public bool TakesChanges => store.TakesChanges;

        public ValueTask OpenAsync(CancellationToken cancellationToken) => store.OpenAsync(cancellationToken);

        public void Release() => _released.TrySetResult();

        public ValueTask<StoredState?> ReadAsync(StateKey key, CancellationToken cancellationToken) => store.ReadAsync(key, cancellationToken);

        public async ValueTask<IReadOnlyList<int>> WriteAsync(IReadOnlyList<StateWrite> writes, CancellationToken cancellationToken)
        {
            _entered.TrySetResult();
            await _released.Task;
            return await store.WriteAsync(writes, cancellationToken);
        }
    }

    private sealed class BrokenState : IUnsavedState
    {
        public bool IsSaved => false;

        public bool IsLost => false;

        public StateVersion TakeUnsaved(ByteWriter bytes) => throw new InvalidOperationException("broken");

        public void Saved()
        {
        }

        public void Lose()
        {
        }
    }
}
