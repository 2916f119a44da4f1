using Orleans.Inference.Expressions;
using Orleans.Inference.Pipelines.Yaml;

namespace Orleans.Inference.Pipelines.Configuration;

/// <summary>
/// A mapping with a known set of keys. Reading a key that is absent gives null; reading one with a wrong value reports it and gives null.
/// </summary>
internal sealed class Section
{
    private readonly Dictionary<string, YamlNode> _values = new(StringComparer.Ordinal);

    /// <param name="mapping">The mapping.</param>
    /// <param name="path">How messages call it, such as <c>source</c>; empty for the file.</param>
    /// <param name="problems">Receives unknown keys and wrong values.</param>
    /// <param name="keys">The keys it may have.</param>
    public Section(YamlMapping mapping, string path, ProblemList problems, params IReadOnlyList<string> keys)
    {
        Mark = mapping.Mark;
        Path = path;
        Problems = problems;
        foreach (var (key, value) in mapping.Entries)
        {
            _values[key.Text] = value;
            if (!keys.Contains(key.Text))
            {
                var place = path.Length == 0 ? "" : $" in `{path}`";
                problems.Add(key.Mark, $"unknown key `{key.Text}`{place}{NearestName.Hint(key.Text, keys)} allowed: {string.Join(", ", keys)}");
            }
        }
    }

    public Mark Mark { get; }

    public string Path { get; }

    public ProblemList Problems { get; }

    public bool Has(string key) => _values.ContainsKey(key);

    /// <summary>The key's node, whatever it is.</summary>
    public YamlNode? Node(string key) => _values.GetValueOrDefault(key);

    public Located<string>? Text(string key) => Node(key) is { } node ? Scalars.Text(node, PathOf(key), Problems) : null;

    public Located<int>? WholeNumber(string key, int least, int most) =>
        Node(key) is { } node ? Scalars.WholeNumber(node, PathOf(key), least, most, Problems) : null;

    public Located<double>? Number(string key) => Node(key) is { } node ? Scalars.Number(node, PathOf(key), Problems) : null;

    public Located<bool>? Flag(string key) => Node(key) is { } node ? Scalars.Flag(node, PathOf(key), Problems) : null;

    public Located<TimeSpan>? Duration(string key, bool allowsZero = false) =>
        Node(key) is { } node ? Scalars.Duration(node, PathOf(key), allowsZero, Problems) : null;

    public Located<string>? Topic(string key) => Node(key) is { } node ? Scalars.Topic(node, PathOf(key), Problems) : null;

    /// <summary>One of a few words.</summary>
    public Located<string>? Word(string key, params IReadOnlyList<string> words)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        if (words.Contains(text.Value))
        {
            return text;
        }

        Problems.Add(text.Mark, $"`{PathOf(key)}` is `{text.Value}`{NearestName.Hint(text.Value, words)} allowed: {string.Join(", ", words)}");
        return null;
    }

    /// <summary>The key's value as a mapping, whose keys the caller knows.</summary>
    public YamlMapping? Mapping(string key, string allowed)
    {
        if (Node(key) is not { } node || node is YamlMapping)
        {
            return Node(key) as YamlMapping;
        }

        Problems.Add(node.Mark, $"`{PathOf(key)}` is {node.Description}; allowed: {allowed}");
        return null;
    }

    /// <summary>The key's value as a list of texts; a single text is a list of one.</summary>
    public Located<IReadOnlyList<Located<string>>>? Texts(string key, string allowed)
    {
        if (Node(key) is not { } node)
        {
            return null;
        }

        if (node is YamlMapping)
        {
            Problems.Add(node.Mark, $"`{PathOf(key)}` is a mapping; allowed: {allowed}");
            return null;
        }

        IReadOnlyList<YamlNode> items = node is YamlSequence sequence ? sequence.Items : [node];
        if (items.Count == 0)
        {
            Problems.Add(node.Mark, $"`{PathOf(key)}` is an empty list; allowed: {allowed}");
            return null;
        }

        return new Located<IReadOnlyList<Located<string>>>(
            [.. items.Select(item => Scalars.Text(item, PathOf(key), Problems)).OfType<Located<string>>()], node.Mark);
    }

    /// <summary>Reports that the section lacks a key, unless it is there with a wrong value, which has been reported.</summary>
    public void Require(string key, string allowed)
    {
        if (!Has(key))
        {
            Problems.Add(Mark, $"`{PathOf(key)}` is missing; allowed: {allowed}");
        }
    }

    public string PathOf(string key) => Path.Length == 0 ? key : $"{Path}.{key}";
}
