using System.Net;
using System.Text;
using System.Text.Json;
using Orleans.Inference.Decoding;
using Orleans.Inference.Delivery;
using Orleans.Inference.EndToEnd.Crashes;
using Orleans.Inference.Kafka;

namespace Orleans.Inference.EndToEnd.LiveFuzz;

/// <summary>Mutated records among good ones, through Kafka and through HTTP, into an engine that runs.</summary>
[Collection(nameof(Processes))]
public sealed class LiveFuzzTests(ITestOutputHelper output)
{
    // The development broker drops what lies more than 5 MB behind; the huge records need most of it.
    private const int Chunk = 2_000;

    [Theory]
    [InlineData(20261101, 24_000)]
    public async Task Kafka_OfMutatedRecords_JudgesEachAsTheOracleAndScoresTheGoodAsWithoutThem(int seed, int count)
    {
        using var files = new PipelineFiles("fuzz", DecodingPipeline.Yaml, DecodingPipeline.Features);
        using var broker = DevelopmentBroker.Start();
        await using var producer = new KafkaTransport(broker.Settings, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, TimeProvider.System).CreateProducer();
        await using var engine = RunningEngine.Start(files, broker.BootstrapServers);
        await engine.ReadyAsync();
        var stream = new FuzzStream(seed);
        var random = new Random(seed);
        var sent = new Dictionary<PartitionOffset, (byte[] Record, bool IsGood)>();
        var answers = new Dictionary<PartitionOffset, AnsweredRecord>();
        var memory = 0L;
        while (sent.Count < count)
        {
            var chunk = Enumerable.Range(0, Chunk).Select(_ => stream.Next()).ToList();
            var places = await Task.WhenAll(chunk.Select(item => producer.ProduceAsync(files.Source, Key(random, item.Record), item.Record))).WaitAsync(Bounds.Work);
            foreach (var (place, item) in places.Zip(chunk))
            {
                sent.Add(place, item);
            }

            foreach (var partition in places.GroupBy(place => place.Partition))
            {
                await engine.PassedAsync(partition.Key, partition.Max(place => place.Offset));
            }

            await Bounds.UntilAsync(() => Task.FromResult(Read(broker, files, answers) >= sent.Count), Bounds.Work, () => $"{sent.Count} answers, {answers.Count} came");
            if (sent.Count == count / 2)
            {
                memory = engine.Process.ResidentBytes;
            }
        }

        Assert.Equal(sent.Count, answers.Count);
        var counts = Judge(files, sent, answers, seed);
        output.WriteLine($"seed {seed}: {string.Join(", ", counts.Select(pair => $"{pair.Key} {pair.Value}"))}");
        Assert.True(counts["accepted"] > count / 4 && counts.Count > 10, "both sides must be met often, or the test says nothing");
        var grown = engine.Process.ResidentBytes - memory;
        output.WriteLine($"memory: {memory >> 20} MB after half, {grown >> 20} MB more at the end");
        Assert.True(grown < 64 << 20, $"memory grew by {grown >> 20} MB over {count / 2} records");

        await using var replay = await OrderedReplay.StartAsync(files.Load());
        var good = answers.Where(answer => sent[answer.Key].IsGood).OrderBy(answer => answer.Value.Sequence).ToList();
        var without = await replay.SubmitAsync(good.Select(answer => sent[answer.Key].Record));
        var names = replay.Pipeline.Features.Select(feature => feature.Name).ToList();
        foreach (var ((_, answer), alone) in good.Zip(without))
        {
            Assert.Equal(alone.Features, answer.Features(names));
            Assert.Equal(alone.Score, AnsweredRecord.NumberOf(answer.Prediction!.Value.GetProperty("score")));
        }

        engine.Process.Signal(ChildProcess.Terminate);
        Assert.Equal(0, await engine.Process.ExitAsync());
    }

    [Theory]
    [InlineData(20261102, 3_000)]
    public async Task Http_OfMutatedEvents_AnswersAsTheContractSays(int seed, int count)
    {
        using var files = new PipelineFiles("fuzz", DecodingPipeline.Yaml, DecodingPipeline.Features);
        await using var engine = RunningEngine.Start(files, kafka: null);
        await engine.ReadyAsync();
        var oracle = new LiveOracle(files.Load());
        var stream = new FuzzStream(seed);
        var counts = new Dictionary<HttpStatusCode, int>();
        for (var i = 0; i < count; i++)
        {
            var (record, _) = stream.Next();
            var (outcome, field) = oracle.Judge(0, record);
            using var answer = await engine.PostAsync("score", record);
            counts[answer.StatusCode] = counts.GetValueOrDefault(answer.StatusCode) + 1;
            var body = await answer.Content.ReadAsStringAsync();
            var json = JsonDocument.Parse(body).RootElement;
            var told = $"seed {seed}, event {i}: expected {outcome} {field}, got {(int)answer.StatusCode} {body} for {Shorten(record)}";
            switch (outcome)
            {
                case "accepted" or "late":
                    Assert.True(answer.StatusCode == HttpStatusCode.OK && json.GetProperty("outcome").GetString() == (outcome == "late" ? "late" : "scored"), told);
                    break;
                case "invalid JSON":
                    Assert.True(answer.StatusCode == HttpStatusCode.BadRequest && json.GetProperty("code").GetString() == "invalid_json", told);
                    break;
                case "record larger than 1 MB":
                    Assert.True(answer.StatusCode == HttpStatusCode.RequestEntityTooLarge && json.GetProperty("code").GetString() == "too_large", told);
                    break;
                default:
                    Assert.True(
                        answer.StatusCode == HttpStatusCode.UnprocessableEntity && json.GetProperty("code").GetString() == "invalid_event"
                        && json.GetProperty("reason").GetString() == outcome && (json.GetProperty("field").GetString() ?? "") == field,
                        told);
                    break;
            }
        }

        output.WriteLine($"seed {seed}: {string.Join(", ", counts.Select(pair => $"{(int)pair.Key} {pair.Value}"))}");
        Assert.True(counts.Count >= 4, "all kinds of answers must be met");
    }

    [Theory]
    [InlineData(20261103, 200)]
    public async Task HttpLines_OfMutatedEvents_RejectEachByIndexAndNeverTheBatch(int seed, int batches)
    {
        using var files = new PipelineFiles("fuzz", DecodingPipeline.Yaml, DecodingPipeline.Features);
        await using var engine = RunningEngine.Start(files, kafka: null);
        await engine.ReadyAsync();
        var pipeline = files.Load();
        var stream = new FuzzStream(seed);
        for (var i = 0; i < batches; i++)
        {
            // A line is trimmed and a blank one is no event.
            var lines = Enumerable.Range(0, 25).Select(_ => stream.Next().Record)
                .SelectMany(record => Encoding.Latin1.GetString(record).Split('\n'))
                .Select(line => Encoding.Latin1.GetBytes(line.Trim(' ', '\t', '\r')))
                .Where(line => line.Length > 0)
                .ToList();

            // At the front of a body it is none of the first event.
            lines.RemoveAll(line => line == lines[0] && line.AsSpan().StartsWith(Encoding.UTF8.Preamble));
            var oracle = new LiveOracle(pipeline);
            var expected = lines
                .Select((line, index) => (Index: index, Fault: oracle.Judge(0, line)))
                .Where(item => item.Fault.Outcome is not ("accepted" or "late"))
                .Select(item => (item.Index, item.Fault.Outcome, item.Fault.Field))
                .ToList();
            using var answer = await engine.PostAsync("events?wait=true", [.. lines.SelectMany(line => line.Append((byte)'\n'))], "application/x-ndjson");
            var body = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.StatusCode == HttpStatusCode.Accepted, $"seed {seed}, batch {i}: {body}");
            var json = JsonDocument.Parse(body).RootElement;
            Assert.Equal(lines.Count - expected.Count, json.GetProperty("accepted").GetInt32());
            var rejected = json.GetProperty("rejected").EnumerateArray()
                .Select(item => (item.GetProperty("index").GetInt32(), item.GetProperty("reason").GetString()!, item.GetProperty("field").GetString() ?? ""));
            Assert.Equal(expected, rejected);
        }
    }

    /// <summary>Keys say nothing about the event: none, short ones, and now and then a megabyte.</summary>
    private static byte[] Key(Random random, byte[] record) => random.Next(2_000) switch
    {
        0 => new byte[1_000_000],
        < 200 => [],
        _ => [.. record.Take(3), (byte)random.Next(256)],
    };

    private static int Read(DevelopmentBroker broker, PipelineFiles files, Dictionary<PartitionOffset, AnsweredRecord> answers)
    {
        foreach (var record in TopicReader.ReadAll(broker.BootstrapServers, files.Sink, files.DeadLetters, files.Late))
        {
            var answer = AnsweredRecord.Read(record);
            if (!answers.TryAdd(answer.Source, answer))
            {
                Assert.Equal(answers[answer.Source].Sequence, answer.Sequence);
            }
        }

        return answers.Count;
    }

    private static Dictionary<string, int> Judge(
        PipelineFiles files,
        Dictionary<PartitionOffset, (byte[] Record, bool IsGood)> sent,
        Dictionary<PartitionOffset, AnsweredRecord> answers,
        int seed)
    {
        var oracle = new LiveOracle(files.Load());
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (place, (record, isGood)) in sent.OrderBy(item => item.Key.Partition).ThenBy(item => item.Key.Offset))
        {
            var (outcome, field) = oracle.Judge(place.Partition, record);
            var answer = answers[place];
            var got = answer.Prediction is null ? (answer.Record.Header("dlq-reason")!, answer.Record.Header("dlq-field")!) : ("accepted", "");
            Assert.True(got == (outcome, field), $"seed {seed}, {place}: expected {outcome} {field}, got {got} for {Shorten(record)}");
            Assert.True(!isGood || outcome == "accepted", $"seed {seed}, {place}: a good one is {outcome}");
            Assert.Equal(outcome switch { "accepted" => files.Sink, "late" => files.Late, _ => files.DeadLetters }, answer.Record.Topic);
            if (answer.Prediction is null)
            {
                Assert.Equal(record, answer.Record.Value);
            }

            counts[outcome] = counts.GetValueOrDefault(outcome) + 1;
        }

        return counts;
    }

    private static string Shorten(byte[] record) => Encoding.UTF8.GetString(record, 0, Math.Min(record.Length, 600));
}
