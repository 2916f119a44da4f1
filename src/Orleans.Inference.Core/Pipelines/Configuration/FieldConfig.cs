using Orleans.Inference.Fields;
using Orleans.Inference.Pipelines.Yaml;

namespace Orleans.Inference.Pipelines.Configuration;

/// <summary>One entry of <c>fields:</c>. Its <see cref="Type"/> is null when it could not be read.</summary>
internal sealed record FieldConfig(
    Located<string> Name,
    FieldType? Type,
    Located<bool>? Required,
    Located<double>? Min,
    Located<double>? Max,
    Located<IReadOnlyList<Located<string>>>? Enum,
    Located<string>? Pattern,
    Located<string>? Default,
    Located<string>? Unit,
    Located<bool>? Label)
{
    private static readonly string[] Keys = ["type", "required", "min", "max", "enum", "pattern", "default", "unit", "label"];

    private static readonly string[] Types = [.. System.Enum.GetNames<FieldType>().Select(name => name.ToLowerInvariant())];

    public static FieldConfig Read(YamlEntry entry, string path, ProblemList problems)
    {
        var name = new Located<string>(entry.Key.Text, entry.Key.Mark);
        var fieldPath = $"{path}.{name.Value}";
        if (entry.Value is not YamlMapping mapping)
        {
            problems.Add(entry.Value.Mark, $"`{fieldPath}` is {entry.Value.Description}; allowed: a mapping such as {{ type: string }}");
            return new FieldConfig(name, null, null, null, null, null, null, null, null, null);
        }

        var section = new Section(mapping, fieldPath, problems, Keys);
        section.Require("type", string.Join(", ", Types));
        return new FieldConfig(
            name,
            section.Word("type", Types) is { } type ? System.Enum.Parse<FieldType>(type.Value, ignoreCase: true) : null,
            section.Flag("required"),
            section.Number("min"),
            section.Number("max"),
            section.Texts("enum", "a list of values"),
            section.Text("pattern"),
            section.Text("default"),
            section.Word("unit", "s", "ms", "us"),
            section.Flag("label"));
    }
}
