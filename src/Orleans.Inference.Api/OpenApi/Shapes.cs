using System.ComponentModel;

namespace Orleans.Inference.Api.OpenApi;

// The documents as clients see them, for the OpenAPI document only: answers are written without objects in between, and a test holds both together.
// A member that may be null is nullable; one that may be left out has a default.

[Description("An error: RFC 9457 problem details with a code for programs.")]
internal sealed record ProblemShape(
    string Type,
    string Title,
    int Status,
    [property: Description("What a program branches on; codes are never renamed.")] string Code,
    string Detail,
    [property: Description("invalid_event: the field at fault, or null when the event as a whole is.")] string? Field = null,
    [property: Description("invalid_event: what is wrong with it.")] string? Reason = null,
    [property: Description("overloaded: events that were taken before; send only the others again.")] int? Accepted = null);

[Description("An event: an object with the pipeline's fields. Unknown members are ignored.")]
internal sealed class EventShape : Dictionary<string, System.Text.Json.Nodes.JsonNode?>;

[Description("The record that scoring produces.")]
internal sealed record PredictionShape(
    string Pipeline,
    string EventId,
    [property: Description("Key of the primary entity.")] string Entity,
    [property: Description("Null unless the outcome is scored or fallback.")] float? Score,
    string? Decision,
    string Model,
    string? Version,
    string? Variant,
    int Revision,
    [property: Description("scored, fallback, rejected, late or failed.")] string Outcome,
    DateTime EventTime,
    DateTime ScoredAt,
    [property: Description("From the record's arrival at its source to its score.")] double LatencyMs,
    SourceShape Source,
    [property: Description("By name, in the model's order; null is a missing value.")] Dictionary<string, float?>? Features = null);

internal sealed record SourceShape([property: Description("The source topic, or http.")] string Topic, int Partition, long Offset);

internal sealed record BatchGetShape([property: Description("Keys of primary entities.")] string[] Entities);

internal sealed record BatchPredictionsShape(
    [property: Description("By entity; null for one without a prediction.")] Dictionary<string, PredictionShape?> Predictions);

internal sealed record SubmittedShape(
    int Accepted, RejectedShape[] Rejected, PositionShape[] Positions, [property: Description("Only with wait.")] PredictionShape[]? Predictions = null);

internal sealed record RejectedShape(int Index, string? Field, string Reason);

internal sealed record PositionShape(int Partition, long Offset);

internal sealed record EntityShape(string Type, string Key, Dictionary<string, float?> Features, DateTime UpdatedAt, DateTime AsOf);

internal sealed record PipelinesShape(PipelineShape[] Pipelines);

internal sealed record PipelineShape(
    string Name,
    bool Ready,
    [property: Description("Why it is not ready.")] string? Reason,
    Dictionary<string, string> Source,
    FieldShape[] Fields,
    EntityTypeShape[] Entities,
    [property: Description("As in the pipeline's file.")] Dictionary<string, System.Text.Json.Nodes.JsonNode>[] Features,
    PipelineModelShape Model,
    RouteShape Route,
    [property: Description("Conditions by decision, in order; the first that holds is taken.")] Dictionary<string, string>? Decision,
    SinkShape Sink,
    string Checkpoint,
    FiguresShape Figures);

internal sealed record FieldShape(string Name, string Type, bool Required, bool? Label = null);

internal sealed record EntityTypeShape(string Type, bool Primary, string[] Key);

internal sealed record PipelineModelShape(string? Input, string Score, VersionShape[] Versions);

internal sealed record VersionShape(
    string Version, string? Variant, [property: Description("serving, loading or available.")] string State);

[Description("A route as the pipeline's file has it.")]
internal sealed record RouteBodyShape(
    [property: Description("Version that scores every event.")] int Champion,
    [property: Description("What answers when the champion fails: a value or a version.")] FallbackShape? Fallback = null);

[Description("The route that serves.")]
internal sealed record RouteShape(
    int Champion,
    [property: Description("Counts the changes of the route; predictions carry it.")] int Revision,
    DateTime? ChangedAt,
    [property: Description("Name of the caller who set it; null when it is the pipeline file's.")] string? Author,
    FallbackShape? Fallback = null);

internal sealed record FallbackShape(float? Value = null, int? Version = null);

internal sealed record SinkShape(string Topic, bool IncludeFeatures);

internal sealed record FiguresShape(
    OutcomesShape Events,
    double EventsPerSecond,
    double? LatencyP50Ms,
    double? LatencyP99Ms,
    [property: Description("Entities in memory by type.")] Dictionary<string, long> EntitiesActive,
    [property: Description("Records not yet taken by partition.")] Dictionary<string, long> ConsumerLag,
    long Checkpoints,
    DateTime? LastCheckpointAt);

internal sealed record OutcomesShape(long Scored, long Fallback, long Rejected, long Late, long Failed);

internal sealed record ModelsShape(ModelShape[] Models);

internal sealed record ModelShape(string Name, string Pipeline, bool Ready, int FeatureCount, VersionShape[] Versions);

internal sealed record HealthShape(string Status);
