namespace Orleans.Inference.Pipelines;

/// <summary>What reading a pipeline folder gave: a model, or every problem found.</summary>
public sealed record PipelineReading(PipelineModel? Model, IReadOnlyList<PipelineProblem> Problems);
