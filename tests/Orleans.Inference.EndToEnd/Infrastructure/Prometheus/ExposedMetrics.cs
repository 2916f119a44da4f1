using System.Text.RegularExpressions;

namespace Orleans.Inference.EndToEnd.Infrastructure.Prometheus;

/// <summary>What <c>/metrics</c> shows: each metric's type, and the labels of its series.</summary>
internal sealed partial class ExposedMetrics
{
    private readonly Dictionary<string, string> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _labels = new(StringComparer.Ordinal);

    public ExposedMetrics(string text)
    {
        foreach (Match match in TypeLine().Matches(text))
        {
            _types.Add(match.Groups["name"].Value, match.Groups["type"].Value);
        }

        foreach (Match match in Sample().Matches(text))
        {
            var labels = _labels.TryGetValue(match.Groups["name"].Value, out var known) ? known : _labels[match.Groups["name"].Value] = new(StringComparer.Ordinal);
            labels.UnionWith(Label().Matches(match.Groups["labels"].Value).Select(label => label.Groups["name"].Value));
        }
    }

    public IReadOnlyCollection<string> Names => _types.Keys;

    /// <summary>Whether a query may use the name: a metric's own, and of a histogram only its three parts.</summary>
    public bool Has(string name) => _types.TryGetValue(name, out var type)
        ? type != "histogram"
        : HistogramPart().Match(name) is { Success: true } part && _types.GetValueOrDefault(part.Groups["name"].Value) == "histogram";

    /// <summary>Labels of the series of a name; null when it has no series yet.</summary>
    public IReadOnlySet<string>? LabelsOf(string name) => _labels.GetValueOrDefault(name);

    [GeneratedRegex(@"^# TYPE (?<name>\S+) (?<type>\S+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"^(?<name>[a-z_]+)\{(?<labels>[^}]*)\} \S+$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Sample();

    [GeneratedRegex("(?<name>\\w+)=\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Label();

    [GeneratedRegex("^(?<name>.*)_(bucket|sum|count)$", RegexOptions.ExplicitCapture)]
    private static partial Regex HistogramPart();
}
