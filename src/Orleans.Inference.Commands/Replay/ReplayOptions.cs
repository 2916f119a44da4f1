namespace Orleans.Inference.Commands.Replay;

/// <summary>What <c>inference replay</c> was asked to do.</summary>
internal sealed record ReplayOptions
{
    public required string Pipeline { get; init; }

    /// <summary>One sequence, in this order; <c>-</c> is standard input.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>Null is standard output.</summary>
    public string? Output { get; init; }

    public bool Features { get; init; }

    public bool PredictionsOnly { get; init; }

    /// <summary>Number of input records to read at most.</summary>
    public long? Limit { get; init; }

    public string? DeadLetters { get; init; }

    public string Engine { get; init; } = "embedded";

    public int? Shards { get; init; }

    public int? BatchLimit { get; init; }
}
