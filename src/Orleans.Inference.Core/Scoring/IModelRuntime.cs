using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Scoring;

/// <summary>One loaded version of a model. Scoring is a pure function of a row: the batch it travels in does not change a bit of its score.</summary>
public interface IModelRuntime : IDisposable
{
    /// <summary>The version's number in its folder.</summary>
    int Version { get; }

    /// <summary>Number of feature columns, F.</summary>
    int FeatureCount { get; }

    /// <summary>
    /// Scores <paramref name="rows"/> rows. Safe to call from several threads; allocates nothing in steady state.
    /// </summary>
    /// <param name="features">Row-major [rows x F] float32.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="scores">Receives one score a row.</param>
    /// <param name="error">Why the model failed, when false is returned.</param>
    bool TryScore(ReadOnlySpan<float> features, int rows, Span<float> scores, out string? error);
}

/// <summary>Finds and loads the versions of a pipeline's model.</summary>
public interface IModelCatalog
{
    /// <summary>
    /// Loads a version and checks its inputs and outputs against the pipeline.
    /// </summary>
    /// <exception cref="ModelException">The version cannot be loaded or does not fit; the message names file, tensor, shapes and what was expected.</exception>
    IModelRuntime Load(PipelineModel pipeline, int version);
}
