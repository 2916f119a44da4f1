using System.Text.Json;
using Orleans.Inference.Conformance.ModelRuntimes.OnnxWriting;

namespace Orleans.Inference.EndToEnd.Reference;

/// <summary>A pipeline folder over the columns of the Fraud Detection Handbook, with a logistic regression as its one version. Removed at the end.</summary>
internal sealed class HandbookPipeline : IDisposable
{
    public const int FeatureCount = 15;

    private const string Yaml = """
        pipeline: handbook
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
          - { name: amount,  field: TX_AMOUNT }
          - { name: weekend, expr: "weekday(TX_DATETIME) >= 6" }
          - { name: night,   expr: "hour(TX_DATETIME) <= 6" }
          - { name: customer_tx_1d,    count: "*",      by: customer, window: 1d }
          - { name: customer_avg_1d,   mean: TX_AMOUNT, by: customer, window: 1d, default: 0 }
          - { name: customer_tx_7d,    count: "*",      by: customer, window: 7d }
          - { name: customer_avg_7d,   mean: TX_AMOUNT, by: customer, window: 7d, default: 0 }
          - { name: customer_tx_30d,   count: "*",      by: customer, window: 30d }
          - { name: customer_avg_30d,  mean: TX_AMOUNT, by: customer, window: 30d, default: 0 }
          - { name: terminal_tx_1d,    count: "*",      by: terminal, window: 1d,  delay: 7d }
          - { name: terminal_risk_1d,  mean: TX_FRAUD,  by: terminal, window: 1d,  delay: 7d, default: 0 }
          - { name: terminal_tx_7d,    count: "*",      by: terminal, window: 7d,  delay: 7d }
          - { name: terminal_risk_7d,  mean: TX_FRAUD,  by: terminal, window: 7d,  delay: 7d, default: 0 }
          - { name: terminal_tx_30d,   count: "*",      by: terminal, window: 30d, delay: 7d }
          - { name: terminal_risk_30d, mean: TX_FRAUD,  by: terminal, window: 30d, delay: 7d, default: 0 }
        model: { input: features, score: "probabilities[1]" }
        decision: { block: "score >= 0.9", review: "score >= 0.5", else: approve }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("handbook-");

    public HandbookPipeline(byte[] model)
    {
        _folder.CreateSubdirectory("1");
        File.WriteAllText(FileOf("pipeline.yaml"), Yaml);
        File.WriteAllBytes(FileOf("1/model.onnx"), model);
    }

    public string Folder => _folder.FullName;

    /// <summary>The logistic regression of <c>fraud-reference-model.json</c>; skips the calling test where that is not.</summary>
    public static HandbookPipeline WithReferenceModelOrSkip()
    {
        using var file = ReferenceData.OpenOrSkip("fraud-reference-model.json");
        using var reference = JsonDocument.Parse(file.ReadToEnd());
        var scaler = reference.RootElement.GetProperty("scaler");
        var regression = reference.RootElement.GetProperty("logistic_regression");
        return new HandbookPipeline(OnnxModels.LogisticRegression(
            Doubles(scaler, "mean"), Doubles(scaler, "scale"), Doubles(regression, "coef"), regression.GetProperty("intercept").GetDouble()));
    }

    public static HandbookPipeline WithAnyModel() => new(OnnxModels.LogisticRegression(FeatureCount, seed: 1));

    public string FileOf(string name) => Path.Combine(Folder, name);

    public void Dispose() => _folder.Delete(recursive: true);

    private static double[] Doubles(JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(value => value.GetDouble())];
}
