namespace Orleans.Inference.Api.Callers;

/// <summary>What a caller may do. Each role may also do what those before it may.</summary>
public enum CallerRole
{
    /// <summary>Look: predictions, entities, pipelines, the stream, metrics, the OpenAPI document.</summary>
    Read,

    /// <summary>Send events and have them scored.</summary>
    Score,

    /// <summary>Change what serves, such as a route.</summary>
    Admin,
}
