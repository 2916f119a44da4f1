using System.Text;
using Orleans.Inference.Commands.Replay;
using Orleans.Inference.Conformance.Engines;

namespace Orleans.Inference.Commands.Tests.Replay;

/// <summary>The same bytes from every replay of one input.</summary>
public sealed class ReplayDeterminismTests : IDisposable
{
    private const string TinyYaml = """
        pipeline: tiny
        source: { topic: transactions, id: TRANSACTION_ID, time: TX_DATETIME, lateness: 1h }
        fields:
          TRANSACTION_ID: { type: string }
          TX_DATETIME:    { type: timestamp }
          CUSTOMER_ID:    { type: string }
          TERMINAL_ID:    { type: string }
          TX_AMOUNT:      { type: double, min: 0 }
          TX_FRAUD:       { type: bool, label: true }
        entities: { customer: CUSTOMER_ID, terminal: TERMINAL_ID }
        features:
          - { name: amount, field: TX_AMOUNT }
          - { name: customer_tx_7d, count: "*", by: customer, window: 7d }
          - { name: customer_avg_7d, mean: TX_AMOUNT, by: customer, window: 7d, default: 0 }
          - { name: customer_sum_1d, sum: TX_AMOUNT, by: customer, window: 1d }
          - { name: terminal_tx_1d, count: "*", by: terminal, window: 1d }
          - { name: terminal_avg_30d, mean: TX_AMOUNT, by: terminal, window: 30d, default: 0 }
          - { name: terminal_risk_30d, mean: TX_FRAUD, by: terminal, window: 30d, delay: 7d, default: 0 }
        model: { score: score }
        route: { champion: 1 }
        """;

    private readonly ReplayFixture _replay = new();

    public static TheoryData<int, int> Machines { get; } = new()
    {
        { 1, 1 }, { 1, 7 }, { 1, 1024 }, { 2, 1 }, { 2, 7 }, { 2, 1024 }, { 5, 1 }, { 5, 7 }, { 5, 1024 },
    };

    public void Dispose() => _replay.Dispose();

    [Theory]
    [MemberData(nameof(Machines))]
    public async Task GeneratedStream_AnyShardsAndBatches_GivesTheSameBytes(int shards, int batchLimit)
    {
        var stream = Payments.Stream(3_000, seed: 77, customers: 40);
        var input = _replay.Write("payments.ndjson", [.. stream.SelectMany(json => json.Append((byte)'\n'))]);
        var usual = _replay.Options(input) with { Features = true, DeadLetters = _replay.PathOf("dead.ndjson") };
        Assert.Equal(1, await _replay.RunAsync(usual));
        var (output, errors, deadLetters) = (_replay.Output, _replay.Errors, _replay.Read("dead.ndjson"));
        Assert.Equal(3_001, _replay.OutputLines.Length);
        Assert.All((string[])["scored", "fallback", "late", "rejected"], outcome => Assert.Contains($",{outcome}", output, StringComparison.Ordinal));

        Assert.Equal(1, await _replay.RunAsync(usual with { Shards = shards, BatchLimit = batchLimit }));
        Assert.Equal(output, _replay.Output);
        Assert.Equal(errors, _replay.Errors);
        Assert.Equal(deadLetters, _replay.Read("dead.ndjson"));
    }

    [Fact]
    public async Task GeneratedStream_AsJson_GivesTheSameBytes()
    {
        var stream = Payments.Stream(2_000, seed: 78, customers: 40);
        var input = _replay.Write("payments.ndjson.gz", [.. stream.SelectMany(json => json.Append((byte)'\n'))]);
        var outputs = new List<string>();
        foreach (var (shards, batchLimit) in new[] { (1, 1), (2, 1024), (5, 7) })
        {
            var name = $"results-{shards}.ndjson";
            await _replay.RunAsync(_replay.Options(input) with { Features = true, Shards = shards, BatchLimit = batchLimit, Output = _replay.PathOf(name) });
            outputs.Add(_replay.Read(name));
        }

        Assert.Equal(2_000, outputs[0].Count(character => character == '\n'));
        Assert.All(outputs, output => Assert.Equal(outputs[0], output));
    }

    [Fact]
    public async Task OneInputAsOneFileOrSeveral_GivesTheSameBytes()
    {
        var lines = Payments.Stream(500, seed: 79, withRejected: false).Select(Encoding.UTF8.GetString).ToList();
        Assert.Equal(0, await _replay.RunAsync(_replay.Write("all.ndjson", string.Join('\n', lines))));
        var whole = _replay.Output;
        var parts = lines.Chunk(120).Select((chunk, i) => _replay.Write($"part{i}.ndjson{(i % 2 == 0 ? ".gz" : "")}", string.Join("\r\n", chunk)));
        Assert.Equal(0, await _replay.RunAsync([.. parts]));
        Assert.Equal(whole, _replay.Output);
    }

    [Fact]
    public async Task FraudPayments_AnyShardsAndBatches_GiveTheSameBytes()
    {
        var input = ReferenceData.PathOrSkip("fraud-tiny-raw.csv.gz");
        Directory.CreateDirectory(_replay.PathOf("tiny/1"));
        _replay.Write("tiny/pipeline.yaml", TinyYaml);
        _replay.Write("tiny/1/model.onnx", Conformance.ModelRuntimes.OnnxWriting.OnnxModels.Perceptron(7, hidden: 5, seed: 3));
        var usual = new ReplayOptions { Pipeline = _replay.PathOf("tiny"), Inputs = [input], Features = true };
        Assert.Equal(0, await _replay.RunAsync(usual));
        var output = _replay.Output;
        Assert.Equal(7_004, _replay.OutputLines.Length);
        foreach (var machine in Machines)
        {
            Assert.Equal(0, await _replay.RunAsync(usual with { Shards = machine.Data.Item1, BatchLimit = machine.Data.Item2 }));
            Assert.True(output == _replay.Output, $"Another answer with shards and batch limit {machine.Data}.");
        }
    }
}
