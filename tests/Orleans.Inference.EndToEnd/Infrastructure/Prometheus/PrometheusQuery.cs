using System.Text.RegularExpressions;

namespace Orleans.Inference.EndToEnd.Infrastructure.Prometheus;

/// <summary>What a PromQL expression asks for: our metrics, and the labels it selects and groups by.</summary>
internal sealed partial class PrometheusQuery
{
    public PrometheusQuery(string text)
    {
        Text = text;
        IsBalanced = Balances(StringLiteral().Replace(text, ""));
        Metrics = [.. Metric().Matches(text).Select(match => match.Value).Distinct()];
        var selected = Selector().Matches(text).SelectMany(match => Matcher().Matches(match.Groups["matchers"].Value))
            .Select(match => (Label: match.Groups["label"].Value, Values: match.Groups["value"].Value))
            .ToList();
        Selected = selected;
        Labels = [.. selected.Select(matcher => matcher.Label)
            .Concat(Grouping().Matches(text).SelectMany(match => match.Groups["labels"].Value.Split(',', StringSplitOptions.TrimEntries)))
            .Distinct()];
    }

    public string Text { get; }

    public bool IsBalanced { get; }

    /// <summary>Names with the suffixes of histograms.</summary>
    public IReadOnlyList<string> Metrics { get; }

    public IReadOnlyList<string> Labels { get; }

    /// <summary>Labels and the values asked for, alternatives separated by <c>|</c>.</summary>
    public IReadOnlyList<(string Label, string Values)> Selected { get; }

    private static bool Balances(string text)
    {
        var open = new Stack<char>();
        foreach (var c in text)
        {
            if ("([{".Contains(c))
            {
                open.Push(c);
            }
            else if (")]}".IndexOf(c) is var close and >= 0 && (!open.TryPop(out var last) || "([{".IndexOf(last) != close))
            {
                return false;
            }
        }

        return open.Count == 0;
    }

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex StringLiteral();

    [GeneratedRegex(@"\binference_[a-z_]+\b")]
    private static partial Regex Metric();

    [GeneratedRegex(@"\{(?<matchers>[^}]*)\}", RegexOptions.ExplicitCapture)]
    private static partial Regex Selector();

    [GeneratedRegex("(?<label>\\w+)\\s*(=~|!~|!=|=)\\s*\"(?<value>[^\"]*)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Matcher();

    [GeneratedRegex(@"\b(by|without|on)\s*\((?<labels>[^)]*)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Grouping();
}
