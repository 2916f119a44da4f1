using Orleans.Inference.Pipelines.Yaml;

namespace Orleans.Inference.Pipelines.Configuration;

/// <summary>What the user wrote, section by section: every value that could be read, with its place. Null where there is none.</summary>
internal sealed record PipelineConfig(
    Located<string>? Name,
    SourceConfig? Source,
    IReadOnlyList<FieldConfig> Fields,
    IReadOnlyList<EntityConfig> Entities,
    IReadOnlyList<ReferenceConfig> References,
    IReadOnlyList<FeatureConfig> Features,
    ModelConfig? Model,
    RouteConfig? Route,
    DecisionConfig? Decision,
    Located<TimeSpan>? Checkpoint,
    SinkConfig? Sink,
    LabelsConfig? Labels)
{
    private static readonly string[] Keys =
    [
        "pipeline", "source", "fields", "entities", "references", "features", "model", "route", "decision", "checkpoint", "sink", "labels",
    ];

    public static PipelineConfig Read(YamlMapping root, ProblemList problems)
    {
        var file = new Section(root, "", problems, Keys);
        file.Require("pipeline", "the pipeline's name");
        file.Require("source", "a mapping with topic, id and time");
        file.Require("fields", "a mapping of field names to { type: ... }");
        file.Require("entities", "a mapping of entity types to their key fields");
        file.Require("features", "a list of features in the model's input order");
        file.Require("model", "a mapping with score, such as { score: probabilities[1] }");
        return new PipelineConfig(
            file.Text("pipeline"),
            Part(file, "source", "a mapping with topic, id and time", SourceConfig.Read),
            Parts(file, "fields", "a mapping of field names to { type: ... }", FieldConfig.Read),
            Parts(file, "entities", "a mapping of entity types to their key fields", EntityConfig.Read),
            Parts(file, "references", "a mapping of reference names to { topic, key, fields }", ReferenceConfig.Read),
            FeatureConfig.ReadAll(file),
            Part(file, "model", "a mapping with input and score, or online", ModelConfig.Read),
            Part(file, "route", "a mapping with champion, canary, shadow, fallback, salt", RouteConfig.Read),
            Part(file, "decision", "a mapping of decisions to conditions", DecisionConfig.Read),
            file.Duration("checkpoint"),
            Part(file, "sink", "a mapping with topic, include, delivery", SinkConfig.Read),
            Part(file, "labels", "a mapping with topic, id, value, wait", LabelsConfig.Read));
    }

    private static T? Part<T>(Section file, string key, string allowed, Func<YamlMapping, ProblemList, T> read)
        where T : class =>
        file.Mapping(key, allowed) is { } mapping ? read(mapping, file.Problems) : null;

    private static IReadOnlyList<T> Parts<T>(Section file, string key, string allowed, Func<YamlEntry, string, ProblemList, T> read)
    {
        if (file.Mapping(key, allowed) is not { } mapping)
        {
            return [];
        }

        if (mapping.Entries.Count == 0)
        {
            file.Problems.Add(mapping.Mark, $"`{key}` is empty; allowed: {allowed}");
        }

        return [.. mapping.Entries.Select(entry => read(entry, key, file.Problems))];
    }
}
