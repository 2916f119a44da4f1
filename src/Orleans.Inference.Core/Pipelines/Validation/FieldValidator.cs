using System.Text;
using System.Text.RegularExpressions;
using Orleans.Inference.Fields;
using Orleans.Inference.Pipelines.Configuration;
using Orleans.Inference.Pipelines.Yaml;

namespace Orleans.Inference.Pipelines.Validation;

/// <summary>Checks <c>fields:</c>: constraints fit the type, and a default satisfies them.</summary>
internal static class FieldValidator
{
    private const int MaxFields = 1_000;

    public static void Validate(PipelineConfig config, ValidationScope scope)
    {
        if (config.Fields.Count > MaxFields)
        {
            scope.Problems.Add(config.Fields[MaxFields].Name.Mark, $"`fields` has {config.Fields.Count} fields; allowed: at most {MaxFields}");
        }

        Located<string>? label = null;
        foreach (var field in config.Fields)
        {
            if (Validate(field, scope.Fields.Count, $"fields.{field.Name.Value}", scope.Problems) is not { } model)
            {
                scope.AddBrokenField(field.Name.Value);
                continue;
            }

            scope.Fields.Add(model);
            if (model.IsLabel && label is not null)
            {
                scope.Problems.Add(field.Label!.Mark, $"`{field.Name.Value}` is a second label after `{label.Value}`; allowed: one field with `label: true`");
            }

            label ??= model.IsLabel ? field.Name : null;
        }
    }

    /// <summary>The field, or null when a problem was reported.</summary>
    public static FieldModel? Validate(FieldConfig config, int index, string path, ProblemList problems)
    {
        if (!IsFieldName(config.Name.Value))
        {
            problems.Add(config.Name.Mark, $"`{config.Name.Value}` is no field name; allowed: 1 to 128 characters, not *, no ` and no control characters");
            return null;
        }

        if (config.Type is not { } type)
        {
            return null;
        }

        var isNumber = type is FieldType.Int or FieldType.Long or FieldType.Float or FieldType.Double;
        var isWhole = type is FieldType.Int or FieldType.Long;
        var typeName = type.ToString().ToLowerInvariant();
        var isValid = Fits(config.Min?.Mark, "min", isNumber, "int, long, float, double")
            & Fits(config.Max?.Mark, "max", isNumber, "int, long, float, double")
            & Fits(config.Enum?.Mark, "enum", isWhole || type == FieldType.String, "string, int, long")
            & Fits(config.Pattern?.Mark, "pattern", type == FieldType.String, "string")
            & Fits(config.Unit?.Mark, "unit", type == FieldType.Timestamp, "timestamp");
        if (config.Min is { } min && config.Max is { } max && min.Value > max.Value)
        {
            problems.Add(max.Mark, $"`{path}.max` is less than its min; allowed: {min.Value} or more");
            isValid = false;
        }

        var isLabel = config.Label?.Value ?? false;
        if (isLabel && config.Default is { } labelDefault)
        {
            problems.Add(labelDefault.Mark, $"`{path}` is a label and cannot have a default: it is missing until the truth is known");
            isValid = false;
        }

        if (!isValid)
        {
            return null;
        }

        var field = new FieldModel
        {
            Name = config.Name.Value,
            Index = index,
            Type = type,
            Unit = UnitOf(config.Unit?.Value),
            Required = !isLabel && (config.Required?.Value ?? true),
            IsLabel = isLabel,
            Min = config.Min?.Value,
            Max = config.Max?.Value,
        };
        field = field with { Enum = EnumOf(field, config.Enum, path, problems), Pattern = PatternOf(config.Pattern, path, problems) };
        if ((field.Enum is null && config.Enum is not null) || (field.Pattern is null && config.Pattern is not null))
        {
            return null;
        }

        return config.Default is { } text ? WithDefault(field, text, path, problems) : field;

        bool Fits(Mark? mark, string key, bool fits, string types)
        {
            if (mark is { } place && !fits)
            {
                problems.Add(place, $"`{path}.{key}` does not fit the type {typeName}; allowed with: {types}");
                return false;
            }

            return true;
        }
    }

    private static bool IsFieldName(string name) =>
        name.Length is > 0 and <= 128 && name != "*" && !name.Any(character => character == '`' || char.IsControl(character));

    private static TimestampUnit UnitOf(string? unit) => unit switch
    {
        "s" => TimestampUnit.Seconds,
        "ms" => TimestampUnit.Milliseconds,
        "us" => TimestampUnit.Microseconds,
        _ => TimestampUnit.Iso8601,
    };

    /// <summary>The allowed texts; whole numbers in their shortest decimal form.</summary>
    private static List<byte[]>? EnumOf(FieldModel field, Located<IReadOnlyList<Located<string>>>? values, string path, ProblemList problems)
    {
        if (values is null)
        {
            return null;
        }

        var allowed = new List<byte[]>(values.Value.Count);
        foreach (var value in values.Value)
        {
            if (field.Storage == FieldStorage.Text)
            {
                allowed.Add(Encoding.UTF8.GetBytes(value.Value));
            }
            else if (FieldDefaultText.TryParse(field, value.Value, out var number, out var reason))
            {
                allowed.Add(Encoding.UTF8.GetBytes(number.Integer.ToString()));
            }
            else
            {
                problems.Add(value.Mark, $"`{path}.enum` has `{value.Value}`; allowed: {reason}");
                return null;
            }
        }

        return allowed;
    }

    private static Regex? PatternOf(Located<string>? pattern, string path, ProblemList problems)
    {
        try
        {
            return pattern is null ? null : new Regex(pattern.Value, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            problems.Add(
                pattern!.Mark,
                $"`{path}.pattern` is not accepted: {exception.Message.TrimEnd('.')}; allowed: a regular expression without look-around and back-references");
            return null;
        }
    }

    private static FieldModel? WithDefault(FieldModel field, Located<string> text, string path, ProblemList problems)
    {
        if (!FieldDefaultText.TryParse(field, text.Value, out var value, out var reason))
        {
            problems.Add(text.Mark, $"`{path}.default` is `{text.Value}`; allowed: {reason}");
            return null;
        }

        var number = field.Storage == FieldStorage.Integer ? value.Integer : value.Number;
        var spelled = Encoding.UTF8.GetBytes(field.Storage == FieldStorage.Integer ? value.Integer.ToString() : text.Value);
        var violated = number < field.Min ? $"{field.Min} or more (its min)"
            : number > field.Max ? $"{field.Max} or less (its max)"
            : field.Enum is { } allowed && !allowed.Any(item => item.AsSpan().SequenceEqual(spelled))
                ? string.Join(", ", allowed.Select(Encoding.UTF8.GetString))
            : field.Pattern is { } pattern && !pattern.IsMatch(text.Value) ? $"a text that matches {pattern}"
            : null;
        if (violated is not null)
        {
            problems.Add(text.Mark, $"`{path}.default` is `{text.Value}`; allowed: {violated}");
            return null;
        }

        return field with { Default = value };
    }
}
