using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Orleans.Inference.Engines;
using Orleans.Inference.Features;
using Orleans.Inference.Grains.Entities;
using Orleans.Inference.Grains.Partitions;
using Orleans.Inference.Grains.Scoring;
using Orleans.Inference.Grains.Silos;
using Orleans.Inference.Grains.Storage;
using Orleans.Inference.Grains.Telemetry;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Routing;
using Orleans.Inference.Serving.Figures;
using Orleans.Inference.Serving.Predictions;
using Orleans.Inference.Serving.Scoring;
using Orleans.Inference.Telemetry;

namespace Orleans.Inference.Grains.Pipelines;

/// <summary>What one silo has of one pipeline, shared by the pipeline's grains on that silo. Any thread.</summary>
internal sealed class SiloPipeline
{
    private readonly EntityFeatures[] _features;
    private readonly ConcurrentDictionary<int, long> _modelFailures = new();
    private readonly long _started;
    private volatile EntityAnswer? _inPlace;

    public SiloPipeline(PipelineModel pipeline, EngineParts parts, EngineOptions options, IEntityStore store, SiloAddress silo, IGrainFactory grains, ILogger logger)
    {
        Pipeline = pipeline;
        Parts = parts;
        Options = options;
        Silo = silo;
        Logger = logger;
        _features = [.. pipeline.Entities.Select(entity => new EntityFeatures(pipeline, entity.Index))];
        _started = parts.Time.GetTimestamp();
        Entities = new ActiveEntities(pipeline.Entities.Count);
        EntityGrains = new EntityGrains(grains, pipeline);
        ScoringGrain = grains.GetGrain<IScoringGrain>(pipeline.Name);
        Writer = new StateWriter(store, silo, parts.Time, logger);
        Doors = new SiloDoors(this, grains);
        Latency = new LatencyWindow(parts.Time);
        Calls = new GrainCallTelemetry(parts.Meter, pipeline.Name, parts.Time);
        Route = new RouteLease(RouteRevision.First(pipeline));
        Versions = new LoadedVersions(pipeline, parts.Models);
        Instruments = parts.Meter is null ? null : new ScoringInstruments(parts.Meter, pipeline);
    }

    public PipelineModel Pipeline { get; }

    public EngineParts Parts { get; }

    public EngineOptions Options { get; }

    public SiloAddress Silo { get; }

    public ILogger Logger { get; }

    public IReadOnlyList<EntityFeatures> Features => _features;

    /// <summary>The entities in this silo's memory.</summary>
    public ActiveEntities Entities { get; }

    /// <summary>The way to any entity of the cluster.</summary>
    public EntityGrains EntityGrains { get; }

    public IScoringGrain ScoringGrain { get; }

    public StateWriter Writer { get; }

    public SiloDoors Doors { get; }

    public OutcomeCounts Counts { get; } = new();

    public LatencyWindow Latency { get; }

    public PredictionHistory History { get; } = new(1_000_000);

    public PredictionFeed Feed { get; } = new();

    public ScoringInstruments? Instruments { get; }

    public GrainCallTelemetry Calls { get; }

    public RouteLease Route { get; }

    /// <summary>The model versions in this silo's memory.</summary>
    public LoadedVersions Versions { get; }

    /// <summary>The inputs that run on this silo.</summary>
    public ConcurrentDictionary<string, IRunningInput> Inputs { get; } = new();

    /// <summary>The engine on this silo is stopping: its inputs go elsewhere.</summary>
    public bool IsLeaving { get; set; }

    /// <summary>No event to come on any input of the cluster can be older, as the supervisor has last said: UTC ticks. Any can until it has.</summary>
    public long Horizon { get; set; } = long.MinValue;

    /// <summary>Time since the pipeline came to the silo, in ticks.</summary>
    public long Ticks => Parts.Time.GetElapsedTime(_started).Ticks;

    /// <summary>Asks the supervisor for the route and all else it knows, now instead of at the next heartbeat.</summary>
    public Func<Task> Heartbeat { get; set; } = static () => Task.CompletedTask;

    /// <summary>Checkpoints that inputs on this silo have committed.</summary>
    public long Commits;

    /// <summary>UTC ticks of the last one.</summary>
    public long LastCommitAt { get; set; }

    /// <summary>Calls to entities by the inputs on this silo.</summary>
    public long EntityCalls;

    /// <summary>Batches that have passed their entities.</summary>
    public long Batches;

    /// <summary>The answer of this silo's entities to callers that hold their features.</summary>
    public EntityAnswer AnswerInPlace(EntityHost host)
    {
        var answer = _inPlace;
        return ReferenceEquals(answer?.Host, host) ? answer! : _inPlace = new EntityAnswer { Host = host };
    }

    public LiveEntity CreateEntity(int entityType, byte[] key) => new(_features[entityType], Writer, StateKey(entityType, key));

    public StateKey StateKey(int entityType, byte[] key) => new(Pipeline.Name, (byte)entityType, key);

    public StateKey PlaceKey(string input) => new(Pipeline.Name, StateKind.Position, Encoding.UTF8.GetBytes(input));

    /// <summary>A version failed: counted, and logged the first time and every hundredth.</summary>
    public void ModelFailed(int version, string error)
    {
        Instruments?.ModelFailed(version, "error");
        var failures = _modelFailures.AddOrUpdate(version, 1, static (_, count) => count + 1);
        if (failures % 100 == 1)
        {
            SiloLog.ModelFailed(Logger, Pipeline.Name, version, failures, error);
        }
    }

    /// <summary>Key of the grain of a source partition.</summary>
    public string PartitionKey(int partition) => string.Create(CultureInfo.InvariantCulture, $"{Pipeline.Name}/{partition}");
}
