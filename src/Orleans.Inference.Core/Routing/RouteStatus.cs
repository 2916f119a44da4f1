namespace Orleans.Inference.Routing;

/// <summary>What became of a route that somebody sent.</summary>
public enum RouteStatus
{
    /// <summary>It serves (of a reading: it may serve).</summary>
    Answered,

    /// <summary>The text is not JSON.</summary>
    InvalidJson,

    /// <summary>It is no route, or one that cannot serve.</summary>
    Invalid,

    /// <summary>It names a version that the pipeline's folder lacks.</summary>
    UnknownVersion,

    /// <summary>The engine is starting or stopping.</summary>
    NotReady,
}
