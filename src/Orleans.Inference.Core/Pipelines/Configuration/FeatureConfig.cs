using Orleans.Inference.Pipelines.Yaml;

namespace Orleans.Inference.Pipelines.Configuration;

/// <summary>One entry of <c>features:</c>.</summary>
internal sealed record FeatureConfig(
    Mark Mark,
    Located<string>? Name,
    IReadOnlyList<FeatureKindConfig> Kinds,
    Located<string>? By,
    IReadOnlyList<WindowConfig> Windows,
    Located<string>? Where,
    Located<TimeSpan>? Delay,
    Located<double>? Default,
    Located<string>? Exclude,
    Located<TimeSpan>? Resolution,
    Located<int>? MaxEvents,
    YamlMapping? Map)
{
    private static readonly string[] OptionKeys =
    [
        "by", "window", "session", "tumbling", "forever", "where", "delay", "default", "exclude", "resolution", "maxEvents", "map",
    ];

    private static readonly string[] Keys = ["name", "field", "expr", "lookup", .. AggregateNames.All, .. OptionKeys];

    /// <summary>The path that messages show: the feature's name, or its number when it has none.</summary>
    public required string Path { get; init; }

    public bool Has(string key) => Present.Contains(key);

    public required IReadOnlySet<string> Present { get; init; }

    public static IReadOnlyList<FeatureConfig> ReadAll(Section file)
    {
        if (file.Node("features") is not { } node)
        {
            return [];
        }

        if (node is not YamlSequence { Items.Count: > 0 } sequence)
        {
            file.Problems.Add(node.Mark, $"`features` is {(node is YamlSequence ? "empty" : node.Description)}; allowed: a list of features");
            return [];
        }

        var features = new List<FeatureConfig>(sequence.Items.Count);
        for (var i = 0; i < sequence.Items.Count; i++)
        {
            if (sequence.Items[i] is YamlMapping mapping)
            {
                features.Add(Read(mapping, i, file.Problems));
            }
            else
            {
                file.Problems.Add(
                    sequence.Items[i].Mark, $"a feature is {sequence.Items[i].Description}; allowed: a mapping such as {{ name: amount, field: amount }}");
            }
        }

        return features;
    }

    private static FeatureConfig Read(YamlMapping mapping, int index, ProblemList problems)
    {
        var name = mapping.Entries.FirstOrDefault(entry => entry.Key.Text == "name").Value is YamlScalar { IsNull: false } scalar ? scalar.Text : null;
        var path = name is null ? $"features[{index}]" : $"features.{name}";
        var kinds = mapping.Entries.Select(entry => FeatureKindConfig.Of(entry, path, problems)).OfType<FeatureKindConfig>().ToList();
        var parameterized = kinds.Where(kind => kind.Key != kind.Keyword).Select(kind => kind.Key);
        var section = new Section(mapping, path, problems, [.. Keys, .. parameterized]);
        section.Require("name", "the feature's name");
        return new FeatureConfig(
            mapping.Mark,
            section.Text("name"),
            kinds,
            section.Text("by"),
            WindowConfig.ReadAll(section),
            section.Text("where"),
            section.Duration("delay", allowsZero: true),
            section.Number("default"),
            section.Word("exclude", "current"),
            section.Duration("resolution"),
            section.WholeNumber("maxEvents", 1, int.MaxValue),
            section.Mapping("map", "a mapping of values to numbers"))
        {
            Path = path,
            Present = mapping.Entries.Select(entry => entry.Key.Text).ToHashSet(StringComparer.Ordinal),
        };
    }
}
