using Orleans.Inference.Pipelines.Yaml;

namespace Orleans.Inference.Pipelines.Configuration;

/// <summary>A value that the user wrote, and where.</summary>
internal sealed record Located<T>(T Value, Mark Mark);
