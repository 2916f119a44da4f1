using System.Globalization;
using System.Text.Json;
using Orleans.Inference.Conformance.ModelRuntimes.OnnxWriting;
using Orleans.Inference.Models.Onnx;
using Orleans.Inference.Scoring;

namespace Orleans.Inference.Models.Tests.Onnx;

/// <summary>Scores of a model trained and evaluated elsewhere, in float64, on 58,264 payments.</summary>
public sealed class FraudReferenceTests
{
    private const int Predictions = 58_264;
    private const double Tolerance = 1e-6;

    // Two payments of one customer in one second: the published features have them in one order, the predictions were made in the other.
    private static readonly int[] Ties = [1_240_489, 1_240_490];

    [Fact]
    public void LogisticRegression_OnAllPayments_EqualsTheReference()
    {
        using JsonDocument reference = ReadReference();
        (double[] mean, double[] scale) = ReadScaler(reference);
        JsonElement regression = reference.RootElement.GetProperty("logistic_regression");
        byte[] model = OnnxModels.LogisticRegression(
            mean, scale, ReadDoubles(regression, "coef"), regression.GetProperty("intercept").GetDouble());
        AssertEqualsReference(model, prediction => prediction.Regression);
    }

    [Fact]
    public void DecisionTree_OnAllPayments_EqualsTheReference()
    {
        using JsonDocument reference = ReadReference();
        (double[] mean, double[] scale) = ReadScaler(reference);
        JsonElement tree = reference.RootElement.GetProperty("decision_tree_depth2_on_scaled");
        AssertEqualsReference(WriteTree(mean, scale, tree), prediction => prediction.Tree);
    }

    /// <summary>
    /// The reference scales in float64, rounds to float32 and compares with float64 thresholds. The graph does the same, with each threshold
    /// rounded down so that a comparison of float32 values decides alike.
    /// </summary>
    private static byte[] WriteTree(double[] mean, double[] scale, JsonElement tree)
    {
        double[] feature = ReadDoubles(tree, "feature");
        double[] threshold = ReadDoubles(tree, "threshold");
        double[] left = ReadDoubles(tree, "left");
        double[] right = ReadDoubles(tree, "right");
        double[] fraud = ReadDoubles(tree, "p_fraud");
        var ensemble = new OnnxTreeEnsemble();
        for (int node = 0; node < feature.Length; node++)
        {
            if (left[node] < 0)
                ensemble.Leaf(0, node, (0, (float)(1 - fraud[node])), (1, (float)fraud[node]));
            else
                ensemble.Branch(0, node, (int)feature[node], OnnxTreeEnsemble.RoundDown(threshold[node]), (int)left[node], (int)right[node]);
        }

        var model = new OnnxModelWriter();
        string means = model.Constant(mean, mean.Length);
        string scales = model.Constant(scale, scale.Length);
        model
            .Input("features", OnnxElement.Float, null, mean.Length)
            .Node("Cast", ["features"], ["wide"], OnnxAttribute.Int("to", (int)OnnxElement.Double))
            .Node("Sub", ["wide", means], ["centred"])
            .Node("Div", ["centred", scales], ["scaled"])
            .Node("Cast", ["scaled"], ["narrow"], OnnxAttribute.Int("to", (int)OnnxElement.Float));
        ensemble.WriteClassifier(model, "narrow", "label", "probabilities", "NONE");
        return model
            .Output("label", OnnxElement.Int64, (long?)null)
            .Output("probabilities", OnnxElement.Float, null, 2)
            .ToArray();
    }

    private static void AssertEqualsReference(byte[] model, Func<Prediction, double> expected)
    {
        List<Prediction> predictions = ReadPredictions();
        Assert.Equal(Predictions, predictions.Count);
        Dictionary<int, float> amounts = ReadAmounts();
        Dictionary<int, float[]> features = ReadFeatures(amounts);
        int width = features.First().Value.Length;
        var matrix = new float[predictions.Count * width];
        for (int row = 0; row < predictions.Count; row++)
            features[predictions[row].Id].CopyTo(matrix, row * width);

        using var folder = new OnnxModelFolder(width, "probabilities", 1, model);
        using IModelRuntime runtime = new OnnxModelCatalog().Load(folder.Pipeline, 1);
        var scores = new float[predictions.Count];
        Assert.True(runtime.TryScore(matrix, scores.Length, scores, out string? error), error);

        double worst = 0;
        for (int row = 0; row < scores.Length; row++)
        {
            if (!Ties.Contains(predictions[row].Id))
                worst = Math.Max(worst, Math.Abs(scores[row] - expected(predictions[row])));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"largest difference {worst:g3}");
        Assert.InRange(worst, 0, Tolerance);
    }

    private static JsonDocument ReadReference()
    {
        using StreamReader reader = ReferenceData.OpenOrSkip("fraud-reference-model.json");
        return JsonDocument.Parse(reader.ReadToEnd());
    }

    private static (double[] Mean, double[] Scale) ReadScaler(JsonDocument reference)
    {
        JsonElement scaler = reference.RootElement.GetProperty("scaler");
        return (ReadDoubles(scaler, "mean"), ReadDoubles(scaler, "scale"));
    }

    private static double[] ReadDoubles(JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(value => value.GetDouble())];

    private static List<Prediction> ReadPredictions()
    {
        List<Prediction> predictions = [];
        foreach (string[] cells in ReadRows("fraud-reference-predictions.csv.gz"))
            predictions.Add(new Prediction(Int(cells[0]), Number(cells[4]), Number(cells[5])));
        return predictions;
    }

    private static Dictionary<int, float> ReadAmounts()
    {
        Dictionary<int, float> amounts = [];
        foreach (string[] cells in ReadRows("fraud-raw.csv.gz"))
            amounts.Add(Int(cells[0]), (float)Number(cells[4]));
        return amounts;
    }

    private static Dictionary<int, float[]> ReadFeatures(Dictionary<int, float> amounts)
    {
        Dictionary<int, float[]> features = [];
        foreach (string[] cells in ReadRows("fraud-reference-features.csv.gz"))
        {
            int id = Int(cells[0]);
            features.Add(id, [amounts[id], .. cells[1..].Select(cell => (float)Number(cell))]);
        }

        return features;
    }

    private static IEnumerable<string[]> ReadRows(string file)
    {
        using StreamReader reader = ReferenceData.OpenOrSkip(file);
        reader.ReadLine();
        while (reader.ReadLine() is string line)
            yield return line.Split(',');
    }

    private static int Int(string cell) => int.Parse(cell, CultureInfo.InvariantCulture);

    private static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);

    private readonly record struct Prediction(int Id, double Regression, double Tree);
}
