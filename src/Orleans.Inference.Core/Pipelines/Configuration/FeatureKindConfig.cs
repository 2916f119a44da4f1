using Orleans.Inference.Pipelines.Yaml;

namespace Orleans.Inference.Pipelines.Configuration;

/// <summary>What a feature is: a field, an expression, a lookup or an aggregate.</summary>
/// <param name="Mark">Of the key.</param>
/// <param name="Key">As written, such as <c>quantile(0.95)</c>.</param>
/// <param name="Keyword">Without its parameter.</param>
/// <param name="Parameter">What stands in its parentheses, or null.</param>
/// <param name="Target">The field, the expression, or <c>*</c>; null when it could not be read.</param>
internal sealed record FeatureKindConfig(Mark Mark, string Key, string Keyword, string? Parameter, Located<string>? Target)
{
    public bool IsAggregate => AggregateNames.All.Contains(Keyword);

    /// <summary>The kind that an entry gives, or null when it is another key. <c>last: 10</c> is a window, <c>last: amount</c> the aggregate.</summary>
    public static FeatureKindConfig? Of(YamlEntry entry, string path, ProblemList problems)
    {
        var key = entry.Key.Text;
        var open = key.IndexOf('(', StringComparison.Ordinal);
        var keyword = open > 0 && key[^1] == ')' ? key[..open] : key;
        var isKind = keyword is "field" or "expr" or "lookup" ? keyword == key : AggregateNames.All.Contains(keyword);
        return isKind && !WindowConfig.IsCountOfEvents(entry)
            ? new FeatureKindConfig(
                entry.Key.Mark,
                key,
                keyword,
                keyword == key ? null : key[(open + 1)..^1].Trim(),
                Scalars.Text(entry.Value, $"{path}.{key}", problems))
            : null;
    }
}
