using System.Globalization;
using Orleans.Inference.Pipelines.Yaml;

namespace Orleans.Inference.Pipelines.Configuration;

/// <summary>Reads single values; a wrong one is reported with what is allowed and gives null.</summary>
internal static class Scalars
{
    private const int MaxTopicLength = 249;

    public static Located<string>? Text(YamlNode node, string path, ProblemList problems) =>
        node is YamlScalar { IsNull: false } scalar
            ? new Located<string>(scalar.Text, scalar.Mark)
            : Wrong<string>(node, path, "a text", problems);

    public static Located<int>? WholeNumber(YamlNode node, string path, int least, int most, ProblemList problems) =>
        node is YamlScalar scalar
            && int.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            && value >= least && value <= most
            ? new Located<int>(value, scalar.Mark)
            : Wrong<int>(node, path, most == int.MaxValue ? $"a whole number from {least}" : $"a whole number from {least} to {most}", problems);

    public static Located<double>? Number(YamlNode node, string path, ProblemList problems) =>
        node is YamlScalar scalar && TryNumber(scalar.Text, out var value)
            ? new Located<double>(value, scalar.Mark)
            : Wrong<double>(node, path, "a finite number", problems);

    public static Located<bool>? Flag(YamlNode node, string path, ProblemList problems) =>
        node is YamlScalar { Text: "true" or "false" } scalar
            ? new Located<bool>(scalar.Text == "true", scalar.Mark)
            : Wrong<bool>(node, path, "true or false", problems);

    public static Located<TimeSpan>? Duration(YamlNode node, string path, bool allowsZero, ProblemList problems) =>
        node is YamlScalar scalar && DurationText.TryParse(scalar.Text, out var value) && (allowsZero || value > TimeSpan.Zero)
            ? new Located<TimeSpan>(value, scalar.Mark)
            : Wrong<TimeSpan>(node, path, (allowsZero ? "" : "more than 0: ") + DurationText.Allowed, problems);

    public static Located<string>? Topic(YamlNode node, string path, ProblemList problems) =>
        node is YamlScalar { IsNull: false } scalar && IsTopic(scalar.Text)
            ? new Located<string>(scalar.Text, scalar.Mark)
            : Wrong<string>(node, path, $"a topic name, 1 to {MaxTopicLength} of a-z A-Z 0-9 . _ - and not . or ..", problems);

    public static bool IsTopic(string text) =>
        text.Length is > 0 and <= MaxTopicLength && text is not "." and not ".."
        && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-');

    public static bool TryNumber(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value)
        && text.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0;

    private static Located<T>? Wrong<T>(YamlNode node, string path, string allowed, ProblemList problems)
    {
        problems.Add(node.Mark, $"`{path}` is {node.Description}; allowed: {allowed}");
        return null;
    }
}
