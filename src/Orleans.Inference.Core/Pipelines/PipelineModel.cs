using Orleans.Inference.Decisions;
using Orleans.Inference.Features;
using Orleans.Inference.Fields;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Pipelines;

/// <summary>A validated pipeline: immutable, complete, and free of anything this release cannot do except what <see cref="NotYet"/> names.</summary>
public sealed record PipelineModel
{
    public required string Name { get; init; }

    /// <summary>Absolute path of the pipeline's folder.</summary>
    public required string Folder { get; init; }

    public required SourceModel Source { get; init; }

    public required IReadOnlyList<FieldModel> Fields { get; init; }

    /// <summary>The first is the primary.</summary>
    public required IReadOnlyList<EntityTypeModel> Entities { get; init; }

    /// <summary>In the model's input order.</summary>
    public required IReadOnlyList<FeatureModel> Features { get; init; }

    public required ModelBindingModel Model { get; init; }

    /// <summary>The route that the file asks for. The one that serves may be a later revision: see <see cref="RouteRevision"/>.</summary>
    public required RouteModel Route { get; init; }

    /// <summary>The route as the file has it: <see cref="Route"/>, but with champion 0 where the file leaves it to the highest version.</summary>
    public RouteModel WrittenRoute
    {
        get => field ?? Route;
        init;
    }

    /// <summary>Null when the pipeline takes no decision.</summary>
    public DecisionModel? Decision { get; init; }

    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromSeconds(1);

    public required SinkModel Sink { get; init; }

    /// <summary>The label topic; null when there is none. Late labels are not joined in this release.</summary>
    public LabelsModel? Labels { get; init; }

    /// <summary>What the pipeline uses of the grammar that this release cannot do; <c>run</c> and <c>replay</c> refuse by these names.</summary>
    public IReadOnlyList<PipelineProblem> NotYet { get; init; } = [];

    /// <summary>What is allowed but probably not meant, such as an empty window without a default.</summary>
    public IReadOnlyList<PipelineProblem> Warnings { get; init; } = [];

    /// <summary>
    /// 16 hexadecimal digits over everything that shapes entity state (fields, entities, features; not names of topics, route or decision). State
    /// made under another fingerprint cannot be read.
    /// </summary>
    public required string StateFingerprint { get; init; }
}

/// <summary>Where events come from.</summary>
/// <param name="Topic">The source topic.</param>
/// <param name="IdField">Index of the field that holds the event's id.</param>
/// <param name="TimeField">Index of the field that holds the event time.</param>
/// <param name="Lateness">An event is late when its time is before its input's clock minus this.</param>
/// <param name="MaxAhead">Live only: an event further ahead of the wall clock is rejected.</param>
/// <param name="DeadLetterTopic">Rejected records go here.</param>
/// <param name="LateTopic">Late records go here.</param>
/// <param name="Group">The consumer group whose offsets show progress to monitors.</param>
public sealed record SourceModel(
    string Topic,
    int IdField,
    int TimeField,
    TimeSpan Lateness,
    TimeSpan MaxAhead,
    string DeadLetterTopic,
    string LateTopic,
    string Group);

/// <summary>A kind of thing that owns state, keyed by one field, or by several for a composite.</summary>
public sealed record EntityTypeModel(string Name, int Index, IReadOnlyList<int> KeyFields);

/// <summary>How the features meet the model's tensors.</summary>
/// <param name="InputName">Name of the one float32 [N, F] input, or null for the model's only input.</param>
/// <param name="ScoreOutput">Name of the output tensor that holds the score.</param>
/// <param name="ScoreColumn">Its column in an [N, C] output, or null for an [N] or [N, 1] output.</param>
/// <param name="Versions">The version numbers found in the folder, ascending.</param>
public sealed record ModelBindingModel(string? InputName, string ScoreOutput, int? ScoreColumn, IReadOnlyList<int> Versions);

/// <summary>Where predictions go.</summary>
public sealed record SinkModel(string Topic, bool IncludeFeatures);

/// <summary>Where the truth arrives later.</summary>
public sealed record LabelsModel(string Topic, string IdField, string ValueField, TimeSpan Wait);
