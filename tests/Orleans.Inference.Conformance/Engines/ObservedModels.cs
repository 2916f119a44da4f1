using Orleans.Inference.Pipelines;
using Orleans.Inference.Scoring;

namespace Orleans.Inference.Conformance.Engines;

/// <summary>The pipeline's real models behind something that happens before each call: a wait, or a failure.</summary>
/// <param name="inner">The real ones.</param>
/// <param name="before">Gets version, features and rows; returns why the call fails, or null.</param>
internal sealed class ObservedModels(IModelCatalog inner, ObservedModels.BeforeCall before) : IModelCatalog
{
    public delegate string? BeforeCall(int version, ReadOnlySpan<float> features, int rows);

    public IModelRuntime Load(PipelineModel pipeline, int version) => new Runtime(inner.Load(pipeline, version), before);

    private sealed class Runtime(IModelRuntime inner, BeforeCall before) : IModelRuntime
    {
        public int Version => inner.Version;

        public int FeatureCount => inner.FeatureCount;

        public bool TryScore(ReadOnlySpan<float> features, int rows, Span<float> scores, out string? error)
        {
            error = before(Version, features, rows);
            return error is null && inner.TryScore(features, rows, scores, out error);
        }

        public void Dispose() => inner.Dispose();
    }
}
