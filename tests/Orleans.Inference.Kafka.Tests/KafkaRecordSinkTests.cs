using System.Text;
using Orleans.Inference.Delivery;

namespace Orleans.Inference.Kafka;

public sealed class KafkaRecordSinkTests
{
    [Fact]
    public async Task Flush_ThenReadBack_FindsExactlyWhatWasWrittenAfter()
    {
        await using var bench = new KafkaBench();
        var sink = await bench.OpenSink();
        WritePredictions(sink, 0, 500);
        await Flush(sink);
        var positions = await Flush(sink);
        WritePredictions(sink, 500, 700);
        await Flush(sink);

        var found = await ReadBack(bench, positions);

        Assert.Equal(Enumerable.Range(500, 200).Select(Delivered), found.OrderBy(record => record.Sequence));
    }

    [Fact]
    public async Task Flush_RecordsUnderWay_PositionsMissNothingLater()
    {
        await using var bench = new KafkaBench();
        var sink = await bench.OpenSink();
        WritePredictions(sink, 0, 2_000);
        var flush = sink.FlushAsync(CancellationToken.None);
        WritePredictions(sink, 2_000, 3_000);
        var positions = await Awaiting.Bounded(flush, "the flush");
        await Flush(sink);

        var found = await ReadBack(bench, positions);

        var sequences = found.Select(record => record.Sequence).ToHashSet();
        Assert.Superset(Enumerable.Range(2_000, 1_000).Select(i => (long)i).ToHashSet(), sequences);
    }

    [Fact]
    public async Task Flush_FreshSinkOnOldTopic_StandsAtItsEnd()
    {
        await using var bench = new KafkaBench();
        var first = await bench.OpenSink();
        WritePredictions(first, 0, 100);
        await Flush(first);

        var second = await bench.OpenSink();
        var positions = await Flush(second);

        Assert.Equal(100, positions.Where(position => position.Topic == OutputTopic.Predictions).Sum(position => position.Offset));
        Assert.Empty(await ReadBack(bench, positions));
    }

    [Fact]
    public async Task Flush_BrokerDown_CompletesWhenItIsBack()
    {
        await using var bench = new KafkaBench();
        var sink = await bench.OpenSink();
        bench.Broker.TakeDown(1);
        WritePredictions(sink, 0, 50);
        var flush = sink.FlushAsync(CancellationToken.None);
        await bench.Logs.Until("sink fraud: failure 1");
        Assert.False(flush.IsCompleted);

        bench.Broker.BringUp(1);
        await Awaiting.Bounded(flush, "the flush after the broker came up");

        Assert.Equal(50, (await ReadBack(bench, [])).Count);
        await bench.Logs.Until("sink fraud: works again");
    }

    [Fact]
    public async Task ReadBack_WithoutPositions_ReadsFromTheFirst()
    {
        await using var bench = new KafkaBench();
        var sink = await bench.OpenSink();
        WritePredictions(sink, 0, 30);
        await Flush(sink);

        Assert.Equal(Enumerable.Range(0, 30).Select(Delivered), (await ReadBack(bench, [])).OrderBy(record => record.Sequence));
    }

    [Fact]
    public async Task ReadBack_PositionsBeyondTheEnd_ReadsNothingThere()
    {
        await using var bench = new KafkaBench();
        var sink = await bench.OpenSink();
        WritePredictions(sink, 0, 30);
        var positions = await Flush(sink);

        Assert.Empty(await ReadBack(bench, [.. positions.Select(position => position with { Offset = 1_000_000 })]));
    }

    [Fact]
    public async Task ReadBack_ForeignRecords_AreIgnored()
    {
        await using var bench = new KafkaBench();
        var sink = await bench.OpenSink();
        var other = await bench.OpenSink("churn");
        var value = Prediction("fraud", 1);
        bench.Producer.Produce("predictions", "k"u8, value);
        bench.Producer.Produce("predictions", "k"u8, "{\"source\":3}"u8, [new("seq", "1"u8.ToArray())]);
        bench.Producer.Produce("predictions", "k"u8, "not json"u8, [new("seq", "2"u8.ToArray())]);
        bench.Producer.Produce("predictions", "k"u8, value, [new("seq", "two"u8.ToArray())]);
        bench.Producer.Produce("predictions", "k"u8, default, [new("seq", "3"u8.ToArray())]);
        await bench.Flush();
        other.Write(new OutputRecord { Topic = OutputTopic.Predictions, Sequence = 9, Value = Prediction("churn", 9) });
        other.Write(new OutputRecord { Topic = OutputTopic.DeadLetters, Sequence = 10, Value = "x"u8, Headers = Reason(10) });
        await Flush(other);
        WritePredictions(sink, 4, 5);
        await Flush(sink);

        Assert.Equal([Delivered(4)], await ReadBack(bench, []));
    }

    [Fact]
    public async Task Write_DeadLetter_KeepsItsHeadersAndIsReadBack()
    {
        await using var bench = new KafkaBench();
        var sink = await bench.OpenSink();
        sink.Write(new OutputRecord
        {
            Topic = OutputTopic.DeadLetters,
            Sequence = 77,
            Key = "C1"u8,
            Value = "{broken"u8,
            Headers = [new("trace", [1, 2]), new("dlq-reason", "not JSON"u8.ToArray()), .. Reason(5)],
        });
        await Flush(sink);

        Assert.Equal([new DeliveredRecord(OutputTopic.Predictions, "transactions", new PartitionOffset(3, 5), 77)], await ReadBack(bench, []));
        var (_, receiver) = await bench.Read("transactions-dlq");
        await receiver.UntilRecords(1);
        var record = receiver.Records[0];
        Assert.Equal(("C1", "{broken"), (record.Key, record.Text));
        Assert.Equal(
            ["dlq-offset=5", "dlq-partition=3", "dlq-reason=not JSON", "dlq-topic=transactions", "pipeline=fraud", "seq=77", "trace=\u0001\u0002"],
            record.Headers!.Select(header => $"{header.Name}={Encoding.UTF8.GetString(header.Value)}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Write_RecordOfOneMegabyte_IsDelivered()
    {
        await using var bench = new KafkaBench();
        var sink = await bench.OpenSink();
        sink.Write(new OutputRecord { Topic = OutputTopic.Late, Sequence = 1, Value = new byte[1024 * 1024], Headers = Reason(1) });
        await Flush(sink);

        Assert.Single(await ReadBack(bench, []));
    }

    [Fact]
    public async Task Write_RefusedForGood_FaultsTheSinkNamingTopicAndReason()
    {
        await using var bench = new KafkaBench();
        var settings = bench.Broker.Settings with { Options = new Dictionary<string, string> { ["producer.message.max.bytes"] = "2000" } };
        var sink = await bench.OpenSink(settings: settings);

        var refused = Assert.Throws<InferenceException>(
            () => sink.Write(new OutputRecord { Topic = OutputTopic.Predictions, Sequence = 1, Value = new byte[5000] }));

        Assert.Contains("predictions", refused.Message);
        Assert.Contains("size", refused.Message);
        Assert.Throws<InferenceException>(() => WritePredictions(sink, 2, 3));
        await Assert.ThrowsAsync<InferenceException>(() => sink.FlushAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Dispose_BrokerDown_FailsTheFlushAndEnds()
    {
        await using var bench = new KafkaBench();
        var sink = await bench.OpenSink();
        bench.Broker.TakeDown(1);
        WritePredictions(sink, 0, 10);
        var flush = sink.FlushAsync(CancellationToken.None);

        await Awaiting.Bounded(sink.DisposeAsync().AsTask(), "the end of the sink");

        await Assert.ThrowsAsync<InferenceException>(() => flush);
    }

    [Fact]
    public async Task Dispose_WriterWaitsForRoom_EndsBoth()
    {
        await using var bench = new KafkaBench();
        var options = new Dictionary<string, string> { ["producer.queue.buffering.max.messages"] = "100" };
        var sink = await bench.OpenSink(settings: bench.Broker.Settings with { Options = options });
        bench.Broker.TakeDown(1);
        var full = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var writing = Task.Run(() =>
        {
            for (var i = 0; i < 1_000_000; i++)
            {
                if (i == 100)
                {
                    full.SetResult();
                }

                WritePredictions(sink, i, i + 1);
            }
        });
        await Awaiting.Bounded(full.Task, "a full queue");

        await Awaiting.Bounded(sink.DisposeAsync().AsTask(), "the end of the sink");
        await Awaiting.Bounded(Task.WhenAny(writing), "the end of the writer");

        Assert.True(writing.Exception?.InnerException is InferenceException or ObjectDisposedException, $"{writing.Exception}");
    }

    [Fact]
    public async Task Open_SameBroker_HasTheSameIncarnation()
    {
        await using var bench = new KafkaBench();
        await using var other = new KafkaBench();

        var first = await bench.CreateSink().OpenAsync(CancellationToken.None);

        Assert.Equal(first, await bench.CreateSink().OpenAsync(CancellationToken.None));
        Assert.NotEqual(first, await other.CreateSink().OpenAsync(CancellationToken.None));
    }

    private static void WritePredictions(KafkaRecordSink sink, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            sink.Write(new OutputRecord
            {
                Topic = OutputTopic.Predictions,
                Sequence = i,
                Key = Encoding.UTF8.GetBytes($"C{i % 17}"),
                Value = Prediction("fraud", i),
            });
        }
    }

    private static byte[] Prediction(string pipeline, int offset) => Encoding.UTF8.GetBytes(
        $$"""{"pipeline":"{{pipeline}}","score":0.5,"source":{"topic":"transactions","partition":2,"offset":{{offset}} },"eventId":"t"}""");

    private static RecordHeader[] Reason(int offset) =>
    [
        new("dlq-topic", "transactions"u8.ToArray()),
        new("dlq-partition", "3"u8.ToArray()),
        new("dlq-offset", Encoding.ASCII.GetBytes($"{offset}")),
    ];

    private static DeliveredRecord Delivered(int i) => new(OutputTopic.Predictions, "transactions", new PartitionOffset(2, i), i);

    private static Task<IReadOnlyList<OutputPosition>> Flush(KafkaRecordSink sink) =>
        Awaiting.Bounded(sink.FlushAsync(CancellationToken.None), "the flush");

    private static async Task<List<DeliveredRecord>> ReadBack(KafkaBench bench, IReadOnlyList<OutputPosition> from)
    {
        var sink = await bench.OpenSink();
        var found = new List<DeliveredRecord>();
        await Awaiting.Bounded(sink.ReadBackAsync(from, found.Add, CancellationToken.None), "reading back");
        return found;
    }
}
