namespace Orleans.Inference.Pipelines.Configuration;

/// <summary>The aggregates of the grammar.</summary>
internal static class AggregateNames
{
    public static readonly string[] All =
    [
        "count", "sum", "mean", "var", "std", "min", "max", "first", "last", "range", "distinct", "median", "quantile", "slope", "ewma", "lag", "delta",
        "rate", "since", "zscore", "mode", "entropy",
    ];

    /// <summary>Those that take any type of field; the others fold numbers.</summary>
    public static bool TakesAnyType(string name) => name is "count" or "distinct" or "since" or "mode" or "entropy" or "rate";

    /// <summary>Those that count events as well: <c>"*"</c>.</summary>
    public static bool TakesEvents(string name) => name is "count" or "rate" or "since";

    /// <summary>Those that look back by events rather than over a span, so that a window is optional.</summary>
    public static bool NeedsNoWindow(string name) => name is "lag" or "delta" or "since";

    /// <summary>Those whose empty window is 0 and not a missing value.</summary>
    public static bool IsZeroWhenEmpty(string name) => name is "count" or "sum" or "distinct" or "rate";

    /// <summary>An example of the parameter that the aggregate needs, or null when it takes none.</summary>
    public static string? ParameterExample(string name) => name switch
    {
        "quantile" => "quantile(0.95)",
        "ewma" => "ewma(1h)",
        "lag" => "lag(1)",
        _ => null,
    };
}
