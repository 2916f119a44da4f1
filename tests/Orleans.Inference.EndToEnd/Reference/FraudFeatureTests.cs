using System.Globalization;
using Orleans.Inference.Commands;
using Orleans.Inference.Embedded;

namespace Orleans.Inference.EndToEnd.Reference;

/// <summary>Every feature of the Fraud Detection Handbook, as its authors computed them with pandas.</summary>
public sealed class FraudFeatureTests(FraudReplay replay) : IClassFixture<FraudReplay>
{
    private const int Payments = 555_712;
    private const int ReferencePayments = 201_295;
    private const int ScoredPayments = 58_264;

    // Two payments of one customer in one second: the authors' sort is not stable, and took them in the other order.
    private static readonly string[] Ties = ["1240489", "1240490"];

    private static readonly string[] Features =
    [
        "amount", "weekend", "night",
        "customer_tx_1d", "customer_avg_1d", "customer_tx_7d", "customer_avg_7d", "customer_tx_30d", "customer_avg_30d",
        "terminal_tx_1d", "terminal_risk_1d", "terminal_tx_7d", "terminal_risk_7d", "terminal_tx_30d", "terminal_risk_30d",
    ];

    [Fact]
    public void Program_AllPayments_SaysNothingButResults()
    {
        ReferenceData.PathOrSkip("fraud-raw.csv.gz");
        Assert.Equal("", replay.Errors);
        Assert.Equal("", replay.StandardOutput);
        Assert.Equal(0, replay.ExitCode);
        using var output = new StreamReader(replay.Output);
        Assert.Equal(
            "event_id,entity,event_time,score,decision,model,version,variant,outcome," + string.Join(',', Features), output.ReadLine());
        var ids = FeatureComparison.Rows(new StreamReader(replay.Output)).Select(row => row[0]);
        var inputIds = FeatureComparison.Rows(ReferenceData.OpenOrSkip("fraud-raw.csv.gz")).Select(row => row[0]);
        Assert.True(ids.SequenceEqual(inputIds, StringComparer.Ordinal));
        Assert.Equal(Payments, FeatureComparison.Rows(new StreamReader(replay.Output)).Count(row => row[8] == "scored"));
    }

    [Fact]
    public void Features_AllPaymentsOfTheReference_EqualTheAuthors()
    {
        var expected = new Dictionary<string, double[]>();
        foreach (var cells in FeatureComparison.Rows(ReferenceData.OpenOrSkip("fraud-reference-features.csv.gz")))
        {
            // The first is the amount itself, which the reference leaves out.
            expected.Add(cells[0], [double.NaN, .. cells[1..].Select(Number)]);
        }

        Assert.Equal(ReferencePayments, expected.Count);
        Assert.All(Ties, tie => Assert.True(expected.Remove(tie)));
        var compared = FeatureComparison.AssertEqual(FeatureComparison.Rows(new StreamReader(replay.Output)), expected, Features);
        Assert.Equal((ReferencePayments - Ties.Length) * 14L, compared);
    }

    [Fact]
    public void Scores_LogisticRegression_EqualTheReferencePredictions()
    {
        var expected = FeatureComparison.Rows(ReferenceData.OpenOrSkip("fraud-reference-predictions.csv.gz"))
            .ToDictionary(cells => cells[0], cells => Number(cells[4]));
        Assert.Equal(ScoredPayments, expected.Count);
        var worst = 0d;
        var compared = 0;
        foreach (var row in FeatureComparison.Rows(new StreamReader(replay.Output)))
        {
            if (expected.TryGetValue(row[0], out var probability) && !Ties.Contains(row[0]))
            {
                compared++;
                var score = float.Parse(row[3], CultureInfo.InvariantCulture);
                worst = Math.Max(worst, Math.Abs(score - probability));
                Assert.Equal(score >= 0.9f ? "block" : score >= 0.5f ? "review" : "approve", row[4]);
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"largest difference {worst:g3} of {compared} scores");
        Assert.Equal(ScoredPayments - Ties.Length, compared);
        Assert.InRange(worst, 0, 1e-6);
    }

    [Theory]
    [InlineData("results.csv", 1, 7)]
    [InlineData("results.csv.gz", 3, 1024)]
    public async Task Features_TinyPayments_EqualTheAuthorsWhereComplete(string output, int shards, int batchLimit)
    {
        var input = ReferenceData.PathOrSkip("fraud-tiny-raw.csv.gz");
        using var pipeline = HandbookPipeline.WithAnyModel();
        var file = pipeline.FileOf(output);
        string[] arguments =
        [
            "replay", pipeline.Folder, "--input", input, "--output", file, "--features", "--shards", $"{shards}", "--batch-limit", $"{batchLimit}",
        ];
        Assert.Equal(0, await InferenceProgram.RunAsync(arguments, loggers => [new EmbeddedEngineFactory(loggers)]));

        var expected = new Dictionary<string, double[]>();
        foreach (var cells in FeatureComparison.Rows(ReferenceData.OpenOrSkip("fraud-tiny-reference-features.csv.gz")))
        {
            var customer = cells[1] == "1";
            var terminal = cells[2] == "1";
            expected.Add(
                cells[0],
                [
                    double.NaN,
                    .. cells[3..5].Select(Number),
                    .. cells[5..11].Select(cell => customer ? Number(cell) : double.NaN),
                    .. cells[11..].Select(cell => terminal ? Number(cell) : double.NaN),
                ]);
        }

        var compared = FeatureComparison.AssertEqual(FeatureComparison.Rows(Open(file)), expected, Features);
        Assert.True(compared > 7_003 * 8, $"{compared} values");
    }

    private static StreamReader Open(string file)
    {
        Stream stream = File.OpenRead(file);
        return new StreamReader(
            file.EndsWith(".gz", StringComparison.Ordinal)
                ? new System.IO.Compression.GZipStream(stream, System.IO.Compression.CompressionMode.Decompress)
                : stream);
    }

    private static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);
}
