using Orleans.Inference.Checkpoints;
using Orleans.Inference.Delivery;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Scoring;
using Orleans.Inference.Telemetry;

namespace Orleans.Inference.Engines;

/// <summary>Makes one kind of engine. The program finds engines by <see cref="Name"/>.</summary>
public interface IEngineFactory
{
    /// <summary>As in <c>--engine</c>.</summary>
    string Name { get; }

    IScoringEngine CreateEngine(PipelineModel pipeline, EngineParts parts, EngineOptions options);

    IReplayEngine CreateReplay(PipelineModel pipeline, IModelCatalog models, IBatchOutput output, EngineOptions options);
}

/// <summary>What a live engine stands on. Without a source and a sink it is fed through HTTP alone.</summary>
public sealed record EngineParts
{
    public required IModelCatalog Models { get; init; }

    public required IStateStore Store { get; init; }

    public required IOrderJournal Journal { get; init; }

    public IRecordSource? Source { get; init; }

    public IRecordSink? Sink { get; init; }

    /// <summary>Makes more sources and sinks like these, where there are any.</summary>
    public IRecordTransport? Transport { get; init; }

    /// <summary>Takes HTTP's events to the source topic; null when they go straight into the engine.</summary>
    public IEventProducer? Producer { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where the engine's figures go; null records none.</summary>
    public InferenceMeter? Meter { get; init; }
}

/// <summary>How an engine uses the machine. None of it changes a result.</summary>
public sealed record EngineOptions
{
    /// <summary>Shards of entity state, each with a thread.</summary>
    public int Shards { get; init; } = Math.Max(1, Environment.ProcessorCount);

    /// <summary>Largest number of events in a batch.</summary>
    public int BatchLimit { get; init; } = 1024;

    /// <summary>Batches in work at once; bounds memory and is what pushes back on the source.</summary>
    public int BatchesInFlight { get; init; } = 16;

    /// <summary>HTTP events waiting at most; more are answered with overload.</summary>
    public int HttpQueueLimit { get; init; } = 10_000;

    /// <summary>An entity untouched for this long is written whole and leaves memory.</summary>
    public TimeSpan IdleAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The change log grows to this many bytes before whole entities are written to shorten it.</summary>
    public long LogLimitBytes { get; init; } = 256L * 1024 * 1024;
}
