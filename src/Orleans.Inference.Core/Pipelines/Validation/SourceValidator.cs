using Orleans.Inference.Fields;
using Orleans.Inference.Pipelines.Configuration;

namespace Orleans.Inference.Pipelines.Validation;

/// <summary>Checks <c>source:</c> and gives it its defaults.</summary>
internal static class SourceValidator
{
    private static readonly TimeSpan DefaultLateness = TimeSpan.FromMinutes(1);

    public static SourceModel? Validate(PipelineConfig config, ValidationScope scope)
    {
        if (config.Source is not { } source)
        {
            return null;
        }

        var id = Always(config, source.Id, "source.id", scope);
        if (id is not null && id.Type is not (FieldType.String or FieldType.Int or FieldType.Long))
        {
            scope.Problems.Add(source.Id!.Mark, $"`source.id`: `{id.Name}` is a {id.Type.ToString().ToLowerInvariant()}; allowed: string, int, long");
        }

        var time = Always(config, source.Time, "source.time", scope);
        if (time is not null && time.Type != FieldType.Timestamp)
        {
            scope.Problems.Add(source.Time!.Mark, $"`source.time`: `{time.Name}` is a {time.Type.ToString().ToLowerInvariant()}; allowed: timestamp");
        }

        if (source.Deduplicate is { } deduplicate)
        {
            scope.AddNotYet(deduplicate.Mark, "deduplicate", "source.deduplicate");
        }

        if (source.Topic is not { } topic || id is null || time is null)
        {
            return null;
        }

        var lateness = source.Lateness?.Value ?? DefaultLateness;
        return new SourceModel(
            topic.Value,
            id.Index,
            time.Index,
            lateness,
            source.MaxAhead?.Value ?? lateness,
            source.DeadLetters?.Value ?? $"{topic.Value}-dlq",
            source.LateTopic?.Value ?? $"{topic.Value}-late",
            source.Group?.Value ?? $"inference-{config.Name?.Value}");
    }

    /// <summary>A field that every record must have.</summary>
    private static FieldModel? Always(PipelineConfig config, Located<string>? name, string path, ValidationScope scope)
    {
        if (scope.Field(name, path) is not { } field)
        {
            return null;
        }

        var written = config.Fields.First(candidate => candidate.Name.Value == field.Name);
        var wrong = field.IsLabel ? "is a label" : !field.Required ? "has `required: false`" : field.Default is not null ? "has a default" : null;
        if (wrong is not null)
        {
            var mark = (written.Label ?? written.Required)?.Mark ?? written.Default?.Mark ?? name!.Mark;
            scope.Problems.Add(mark, $"`{path}`: `{field.Name}` {wrong}; allowed: a field that every record has");
        }

        return field;
    }
}
