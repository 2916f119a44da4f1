using Orleans.Inference.Conformance.ModelRuntimes.OnnxWriting;
using Orleans.Inference.Models.Catalog;
using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Conformance.Engines;

/// <summary>
/// A pipeline folder that engines are tried with: two entity types, counts, sums, means, a filter and a delay. Version 1 scores every payment; version 2, the champion, has no
/// answer (NaN) for amounts below 10. Removed at the end.
/// </summary>
internal sealed class EnginePipeline : IDisposable
{
    public const int FeatureCount = 7;

    /// <summary>Version 2 fails below this amount.</summary>
    public const double LeastAmount = 10;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("engine-");

    /// <param name="fallback">What stands behind <c>fallback:</c>, or null for none.</param>
    public EnginePipeline(string? fallback = "{ value: 0.5 }")
    {
        Write(1, OnnxModels.Perceptron(FeatureCount, hidden: 4, seed: 5));
        Write(2, ScoreOrNothing());
        Model = WithRoute(fallback is null ? "{ champion: 2 }" : $"{{ champion: 2, fallback: {fallback} }}");
    }

    public PipelineModel Model { get; }

    /// <summary>The pipeline after somebody has written another route into its file.</summary>
    /// <param name="route">What stands behind <c>route:</c>.</param>
    public PipelineModel WithRoute(string route)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, PipelineFolder.PipelineFile), Yaml(route));
        var reading = PipelineFolder.Load(_folder.FullName);
        Assert.True(reading.Model is not null, string.Join('\n', reading.Problems));
        Assert.Empty(reading.Model.NotYet);
        return reading.Model;
    }

    /// <summary>A folder for state, below the pipeline's own.</summary>
    public string StateDirectory(string name = "state") => Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Yaml(string route) => $$"""
        pipeline: payments
        source: { topic: payments, id: id, time: at, lateness: 10m }
        fields:
          id:       { type: string }
          at:       { type: timestamp }
          customer: { type: string }
          terminal: { type: string, required: false }
          amount:   { type: double, min: 0 }
          channel:  { type: string, enum: [pos, online], default: pos }
        entities: { customer: customer, terminal: terminal }
        features:
          - { name: amount, field: amount }
          - { name: customer_tx_1h, count: "*", by: customer, window: 1h }
          - { name: customer_sum_1h, sum: amount, by: customer, window: 1h }
          - { name: customer_mean_1d, mean: amount, by: customer, window: 1d, default: 0 }
          - { name: customer_online_1d, count: "*", by: customer, window: 1d, where: "channel == 'online'" }
          - { name: terminal_tx_1h, count: "*", by: terminal, window: 1h, delay: 10m }
          - { name: terminal_mean_1d, mean: amount, by: terminal, window: 1d, default: -1 }
        model: { input: features, score: score }
        route: {{route}}
        decision: { block: "score >= 0.6", review: "amount >= 80", else: approve }
        checkpoint: 20ms
        sink: { topic: payment-scores, include: [features] }
        """;

    private void Write(int version, byte[] model)
    {
        var folder = _folder.CreateSubdirectory(version.ToString());
        File.WriteAllBytes(Path.Combine(folder.FullName, PipelineFolder.ModelFile), model);
    }

    /// <summary>A logistic regression plus nothing times the root of what the amount has above 10.</summary>
    private static byte[] ScoreOrNothing()
    {
        var model = new OnnxModelWriter();
        var weights = model.Constant([0.01f, 0.05f, -0.001f, 0.004f, -0.1f, 0.07f, -0.003f], FeatureCount, 1);
        var amount = model.Constant([1f, 0, 0, 0, 0, 0, 0], FeatureCount, 1);
        var least = model.Constant([(float)LeastAmount], 1);
        var zero = model.Constant([0f], 1);
        return model
            .Input("features", OnnxElement.Float, null, FeatureCount)
            .Node("MatMul", ["features", weights], ["product"])
            .Node("MatMul", ["features", amount], ["amount"])
            .Node("Sub", ["amount", least], ["above"])
            .Node("Sqrt", ["above"], ["root"])
            .Node("Mul", ["root", zero], ["nothing"])
            .Node("Add", ["product", "nothing"], ["logit"])
            .Node("Sigmoid", ["logit"], ["score"])
            .Output("score", OnnxElement.Float, null, 1)
            .ToArray();
    }
}
