namespace Orleans.Inference.Api.Problems;

/// <summary>The <c>code</c> of a problem: what a client's program branches on. Codes are never renamed.</summary>
internal static class ProblemCodes
{
    public const string UnknownPipeline = "unknown_pipeline";
    public const string UnknownEntity = "unknown_entity";
    public const string UnknownVersion = "unknown_version";
    public const string InvalidJson = "invalid_json";
    public const string InvalidEvent = "invalid_event";
    public const string InvalidRoute = "invalid_route";
    public const string InvalidQuery = "invalid_query";
    public const string InvalidRequest = "invalid_request";
    public const string Unauthorized = "unauthorized";
    public const string Forbidden = "forbidden";
    public const string NotFound = "not_found";
    public const string MethodNotAllowed = "method_not_allowed";
    public const string OffsetTimeout = "offset_timeout";
    public const string TooLarge = "too_large";
    public const string Overloaded = "overloaded";
    public const string NotReady = "not_ready";
    public const string TooSlow = "too_slow";
    public const string Internal = "internal";
}
