namespace Orleans.Inference.Commands.Running;

/// <summary>What <c>inference run</c> was asked to do.</summary>
internal sealed record RunOptions
{
    public IReadOnlyList<string> Pipelines { get; init; } = [];

    /// <summary>HOST:PORT of a Kafka; null leaves it to the configuration.</summary>
    public string? Kafka { get; init; }

    /// <summary>A development broker in this process.</summary>
    public bool EmbeddedBroker { get; init; }

    public bool NoKafka { get; init; }

    /// <summary>Simulated payments a second.</summary>
    public double? Simulate { get; init; }

    public string Urls { get; init; } = "http://127.0.0.1:8080";

    public string StateDirectory { get; init; } = ".state";

    /// <summary>Name of an engine; null for the first that the build has.</summary>
    public string? Engine { get; init; }

    public int? Shards { get; init; }

    /// <summary>Wait for a state folder that another process holds, and take over.</summary>
    public bool Standby { get; init; }
}
