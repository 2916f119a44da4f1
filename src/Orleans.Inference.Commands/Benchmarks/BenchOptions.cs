namespace Orleans.Inference.Commands.Benchmarks;

/// <summary>What <c>inference bench</c> was asked to do.</summary>
internal sealed record BenchOptions
{
    public string Pipeline { get; init; } = Path.Combine("models", "fraud");

    /// <summary>One scenario's name; null is all of them.</summary>
    public string? Scenario { get; init; }

    /// <summary>How often each figure is taken; its median counts.</summary>
    public int Runs { get; init; } = 5;

    /// <summary>Loads so small that the figures mean nothing: only to see that everything works.</summary>
    public bool IsSmall { get; init; }

    /// <summary>File for the JSON; null puts it behind the table, on one line.</summary>
    public string? Json { get; init; }

    public string Engine { get; init; } = "embedded";

    public int? Shards { get; init; }
}
