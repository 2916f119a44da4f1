using Orleans.Inference.Pipelines.Yaml;

namespace Orleans.Inference.Pipelines.Configuration;

/// <summary>One entry of <c>references:</c>, a slowly changing table.</summary>
internal sealed record ReferenceConfig(Located<string> Name, Located<string>? Topic, Located<string>? Key, IReadOnlyList<FieldConfig> Fields)
{
    public static ReferenceConfig Read(YamlEntry entry, string path, ProblemList problems)
    {
        var name = new Located<string>(entry.Key.Text, entry.Key.Mark);
        var referencePath = $"{path}.{name.Value}";
        if (entry.Value is not YamlMapping mapping)
        {
            problems.Add(entry.Value.Mark, $"`{referencePath}` is {entry.Value.Description}; allowed: a mapping with topic, key, fields");
            return new ReferenceConfig(name, null, null, []);
        }

        var section = new Section(mapping, referencePath, problems, "topic", "key", "fields");
        section.Require("topic", "the topic that the table comes from");
        section.Require("key", "the field that the table is keyed by");
        section.Require("fields", "a mapping of field names to { type: ... }");
        var fields = section.Mapping("fields", "a mapping of field names to { type: ... }");
        return new ReferenceConfig(
            name,
            section.Topic("topic"),
            section.Text("key"),
            [.. fields?.Entries.Select(field => FieldConfig.Read(field, section.PathOf("fields"), problems)) ?? []]);
    }
}
