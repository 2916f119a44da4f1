using Orleans.Inference.Pipelines.Yaml;

namespace Orleans.Inference.Pipelines.Configuration;

/// <summary>One entry of <c>entities:</c>: <c>customer: customer_id</c>, or a composite <c>pair: [item_id, position]</c>.</summary>
internal sealed record EntityConfig(Located<string> Name, IReadOnlyList<Located<string>> KeyFields, Mark Mark)
{
    private const string Allowed = "a field, or a list of fields for a composite";

    public static EntityConfig Read(YamlEntry entry, string path, ProblemList problems)
    {
        var name = new Located<string>(entry.Key.Text, entry.Key.Mark);
        return new EntityConfig(name, KeysOf(entry.Value, $"{path}.{name.Value}", problems), entry.Value.Mark);
    }

    private static IReadOnlyList<Located<string>> KeysOf(YamlNode node, string path, ProblemList problems)
    {
        switch (node)
        {
            case YamlScalar { IsNull: false } scalar:
                return [new Located<string>(scalar.Text, scalar.Mark)];
            case YamlSequence { Items.Count: > 0 } sequence:
                return [.. sequence.Items.Select(item => Scalars.Text(item, path, problems)).OfType<Located<string>>()];
            case YamlMapping mapping:
                var section = new Section(mapping, path, problems, "pair");
                section.Require("pair", "a list of fields");
                return section.Texts("pair", "a list of fields")?.Value ?? [];
            default:
                problems.Add(node.Mark, $"`{path}` is {node.Description}; allowed: {Allowed}");
                return [];
        }
    }
}
