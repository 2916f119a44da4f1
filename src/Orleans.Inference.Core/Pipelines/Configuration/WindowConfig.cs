using Orleans.Inference.Pipelines.Yaml;

namespace Orleans.Inference.Pipelines.Configuration;

/// <summary>The window that a feature names.</summary>
/// <param name="Mark">Of its value.</param>
/// <param name="Keyword"><c>window last session tumbling forever</c>.</param>
/// <param name="Span">Of window, session and tumbling; null otherwise or when it could not be read.</param>
internal sealed record WindowConfig(Mark Mark, string Keyword, TimeSpan? Span)
{
    public static readonly string[] Keywords = ["window", "last", "session", "tumbling", "forever"];

    /// <summary>Whether an entry is the window <c>last: 10</c>: its value is a whole number.</summary>
    public static bool IsCountOfEvents(YamlEntry entry) =>
        entry.Key.Text == "last" && entry.Value is YamlScalar { Text.Length: > 0 } scalar && scalar.Text.TrimStart('-').All(char.IsAsciiDigit);

    /// <summary>All windows that the feature names; one of them is right.</summary>
    public static IReadOnlyList<WindowConfig> ReadAll(Section section)
    {
        var windows = new List<WindowConfig>();
        foreach (var keyword in Keywords)
        {
            if (section.Node(keyword) is not { } node)
            {
                continue;
            }

            if (keyword == "last")
            {
                if (IsCountOfEvents(new YamlEntry(new YamlScalar(node.Mark, keyword, IsPlain: true), node)))
                {
                    section.WholeNumber(keyword, 1, 1_000_000);
                    windows.Add(new WindowConfig(node.Mark, keyword, null));
                }
            }
            else if (keyword == "forever")
            {
                if (section.Flag(keyword) is { Value: false } flag)
                {
                    section.Problems.Add(flag.Mark, $"`{section.PathOf(keyword)}` is `false`; allowed: true, or remove it and name another window");
                }

                windows.Add(new WindowConfig(node.Mark, keyword, null));
            }
            else if (keyword == "window" && node is YamlScalar { Text: "forever" })
            {
                windows.Add(new WindowConfig(node.Mark, "forever", null));
            }
            else
            {
                windows.Add(new WindowConfig(node.Mark, keyword, section.Duration(keyword)?.Value));
            }
        }

        return windows;
    }
}
