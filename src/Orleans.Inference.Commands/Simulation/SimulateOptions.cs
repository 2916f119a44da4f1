namespace Orleans.Inference.Commands.Simulation;

/// <summary>What the user asked <c>simulate</c> for.</summary>
public sealed record SimulateOptions
{
    /// <summary>The pipeline whose events are simulated.</summary>
    public required string Pipeline { get; init; }

    /// <summary>Payments a second, in real time; null makes them as fast as it goes.</summary>
    public double? Rate { get; init; }

    /// <summary>How many; null goes on until it is stopped.</summary>
    public long? Count { get; init; }

    public ulong Seed { get; init; } = 1;

    /// <summary>A file whose extension says format and compression; null writes NDJSON to the given stream.</summary>
    public string? Output { get; init; }

    /// <summary>Takes the payments instead of a file or stream: a few at a time, in order, valid during the call.</summary>
    public Func<ReadOnlyMemory<Payment>, CancellationToken, ValueTask>? Receiver { get; init; }
}
