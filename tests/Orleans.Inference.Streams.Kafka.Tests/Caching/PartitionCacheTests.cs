#pragma warning disable CS0618 // Later versions of Orleans ask by another method, which earlier ones lack.
using Orleans.Streams;

namespace Orleans.Inference.Streams.Kafka;

/// <summary>The cache as the pulling agent uses it: add, cursor, move, purge.</summary>
public sealed class PartitionCacheTests
{
    private static readonly StreamId Stream = StreamId.Create("topic", 0);
    private static readonly StreamId Other = StreamId.Create("topic", "other");

    private readonly PartitionFeed _feed = new(0, new KafkaStreamOptions(), TimeProvider.System);
    private readonly PartitionCache _cache;

    public PartitionCacheTests()
    {
        _cache = new PartitionCache(_feed, maxBatchRecords: 10);
        _feed.ReachedEnd(100, _feed.Generation);
        Assert.True(_feed.TryStart());
    }

    [Fact]
    public void MoveNext_SmallChunks_AreOneBatch()
    {
        using var cursor = _cache.GetCacheCursor(Stream, token: null);
        Add(100, 3);
        Add(103, 4);

        Assert.Equal([100, 101, 102, 103, 104, 105, 106], Next(cursor));
        Assert.False(cursor.MoveNext());
        Assert.Equal(107, _feed.Committable);
    }

    [Fact]
    public void MoveNext_BigChunk_IsCutAtTheLimit()
    {
        using var cursor = _cache.GetCacheCursor(Stream, token: null);
        Add(100, 25);

        Assert.Equal(10, Next(cursor).Length);
        Assert.Equal(110, Next(cursor)[0]);
        Assert.Equal(5, Next(cursor).Length);
        Assert.Equal(100, _feed.Committable);
        Assert.False(cursor.MoveNext());
        Assert.Equal(125, _feed.Committable);
    }

    [Fact]
    public void MoveNext_OffsetsWithGaps_KeepTheirTokens()
    {
        using var cursor = _cache.GetCacheCursor(Stream, token: null);
        AddTo(Stream, 100, 104, 109);

        Assert.True(cursor.MoveNext());
        var batch = cursor.GetCurrent(out _)!;
        Assert.Equal(new KafkaSequenceToken(100, 10), batch.SequenceToken);
        Assert.Equal([100, 104, 109], batch.GetEvents<KafkaRecord>().Select(item => item.Item2.SequenceNumber));
        Assert.Equal(3, Assert.Single(batch.GetEvents<KafkaRecordBatch>()).Item1.Records.Count);
    }

    [Fact]
    public void GetCacheCursor_DeliveredBatch_GivesExactlyThatBatchFirst()
    {
        using var holder = _cache.GetCacheCursor(Stream, token: null);
        Add(100, 20);

        using var cursor = _cache.GetCacheCursor(Stream, new KafkaSequenceToken(103, 4));

        Assert.Equal([103, 104, 105, 106], Next(cursor));
        Assert.Equal(new KafkaSequenceToken(103, 4), cursor.GetCurrent(out _)!.SequenceToken);
        Assert.Equal(107, Next(cursor)[0]);
    }

    [Fact]
    public void GetCacheCursor_DeliveredBatchThatIsGone_GivesAnEmptyOneAndGoesOnAfterIt()
    {
        Add(100, 10);

        using var cursor = _cache.GetCacheCursor(Stream, new KafkaSequenceToken(90, 8));

        Assert.Empty(Next(cursor));
        Assert.Equal(new KafkaSequenceToken(90, 8), cursor.GetCurrent(out _)!.SequenceToken);
        Assert.Equal(100, Next(cursor)[0]);
        Assert.False(_feed.TryTakeReadAgain(out _, out _));
    }

    [Fact]
    public void GetCacheCursor_RecordInTheCache_GivesAnEmptyBatchAndThenThatRecord()
    {
        using var holder = _cache.GetCacheCursor(Stream, token: null);
        Add(100, 10);

        using var cursor = _cache.GetCacheCursor(Stream, new KafkaSequenceToken(104));

        Assert.Empty(Next(cursor));
        Assert.Equal([104, 105, 106, 107, 108, 109], Next(cursor));
        Assert.False(_feed.TryTakeReadAgain(out _, out _));
    }

    [Fact]
    public void GetCacheCursor_RecordFurtherBack_ReadsAgainFromThereAndOthersGetNothingTwice()
    {
        using var live = _cache.GetCacheCursor(Stream, token: null);
        Add(100, 10);
        Next(live);

        using var back = _cache.GetCacheCursor(Stream, new KafkaSequenceToken(40));

        Assert.True(_feed.TryTakeReadAgain(out var from, out var generation));
        Assert.Equal((40, _feed.Generation), (from, generation));
        Assert.Empty(Next(back));
        Add(40, 80);
        for (var first = 40; first < 120; first += 10)
        {
            Assert.Equal(first, Next(back)[0]);
        }

        Assert.Equal([110, 111, 112, 113, 114, 115, 116, 117, 118, 119], Next(live));
    }

    [Fact]
    public void GetCacheCursor_FurtherBackWhileAnotherStreamIsBehind_ReadsAgainFromTheLowestInFlight()
    {
        using var slow = _cache.GetCacheCursor(Other, token: null);
        AddTo(Other, 100);
        AddTo(Stream, 101, 102);
        using var done = _cache.GetCacheCursor(Stream, token: null);
        _cache.TryPurgeFromCache(out _);

        using var back = _cache.GetCacheCursor(Stream, new KafkaSequenceToken(102));
        using var further = _cache.GetCacheCursor(Stream, new KafkaSequenceToken(100));

        Assert.True(_feed.TryTakeReadAgain(out var from, out _));
        Assert.Equal(100, from);
    }

    [Fact]
    public void AddToCache_ReadBeforeReadingAgain_IsVoid()
    {
        using var live = _cache.GetCacheCursor(Stream, token: null);
        var old = Chunk(Stream, 100, 101);
        _feed.TakenTo(102);

        using var back = _cache.GetCacheCursor(Stream, new KafkaSequenceToken(7));
        _cache.AddToCache([old]);
        Add(7, 10);

        Assert.False(live.MoveNext());
        Assert.Empty(Next(back));
        Assert.Equal(7, Next(back)[0]);
    }

    [Fact]
    public void RecordDeliveryFailure_Batch_ComesAgainRecordByRecord()
    {
        using var cursor = _cache.GetCacheCursor(Stream, token: null);
        Add(100, 3);
        Add(103, 2);
        Assert.Equal(5, Next(cursor).Length);

        cursor.RecordDeliveryFailure();

        Assert.Equal([100], Next(cursor));
        Assert.Equal([101], Next(cursor));
        cursor.RecordDeliveryFailure();
        Assert.Equal(101, _feed.TakeUndeliverable(Stream, 101)?.Offset);
        Assert.Null(_feed.TakeUndeliverable(Stream, 101));
        Assert.Equal([102], Next(cursor));
        Assert.Equal([103], Next(cursor));
        Assert.Equal([104], Next(cursor));
        Add(105, 4);
        Assert.Equal([105, 106, 107, 108], Next(cursor));
    }

    [Fact]
    public void TryPurge_NobodyIsInterested_CountsAsDelivered()
    {
        Add(100, 10);
        Assert.Equal(100, _feed.Committable);

        Assert.False(_cache.TryPurgeFromCache(out _));

        Assert.Equal(110, _feed.Committable);
        Assert.Equal(0, _feed.Held);
    }

    [Fact]
    public void BeginAnew_LowerOffsets_AreDeliveredAndCommitted()
    {
        using var cursor = _cache.GetCacheCursor(Stream, token: null);
        Add(100, 5);
        Next(cursor);

        _feed.BeginAnew(0);
        Add(0, 3);

        Assert.Equal([0, 1, 2], Next(cursor));
        Assert.False(cursor.MoveNext());
        Assert.Equal(3, _feed.Committable);
    }

    private static long[] Next(IQueueCacheCursor cursor)
    {
        Assert.True(cursor.MoveNext());
        return [.. cursor.GetCurrent(out _)!.GetEvents<KafkaRecord>().Select(item => item.Item1.Offset)];
    }

    private void Add(long first, int count) => AddTo(Stream, [.. Enumerable.Range(0, count).Select(i => first + i)]);

    private void AddTo(StreamId stream, params long[] offsets)
    {
        _cache.AddToCache([Chunk(stream, offsets)]);
        _feed.TakenTo(offsets[^1] + 1);
    }

    private PartitionChunk Chunk(StreamId stream, params long[] offsets)
    {
        var records = offsets.Select(offset => new KafkaRecord { Offset = offset, Partition = 0 }).ToList();
        _feed.Offer(records, _feed.Generation);
        _feed.Take(int.MaxValue);
        return new PartitionChunk(
            stream, [.. records.Select(record => new StreamEntry(record, record))], offsets[0], _feed.Generation, _feed.Begin(offsets[0]));
    }
}
