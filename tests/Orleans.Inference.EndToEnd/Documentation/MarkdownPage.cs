using System.Text.RegularExpressions;

namespace Orleans.Inference.EndToEnd.Documentation;

/// <summary>A page of documentation, as far as tests look into it.</summary>
internal sealed partial class MarkdownPage
{
    private static readonly string[] NotOurs = ["bin", "obj", "node_modules", ".git", ".cache", ".state"];

    private MarkdownPage(string file)
    {
        File = file;
        Text = System.IO.File.ReadAllText(file);
    }

    public string File { get; }

    public string Text { get; }

    /// <summary>Path below the repository, for messages.</summary>
    public string Name => Path.GetRelativePath(Repository.Root, File);

    public static MarkdownPage Read(string name) => new(Path.Combine(Repository.Root, name));

    /// <summary>Every page of the repository.</summary>
    public static IReadOnlyList<MarkdownPage> ReadAll() =>
    [
        .. Directory.EnumerateFiles(Repository.Root, "*.md", SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(Repository.Root, file).Split(Path.DirectorySeparatorChar).Any(NotOurs.Contains))
            .Order(StringComparer.Ordinal)
            .Select(file => new MarkdownPage(file)),
    ];

    /// <summary>Code blocks of a language, without their fences.</summary>
    public IEnumerable<string> Blocks(string language) =>
        Fence().Matches(Text).Where(match => match.Groups["language"].Value == language).Select(match => match.Groups["code"].Value);

    /// <summary>The shell block under the comment <c>tested: NAME</c>.</summary>
    public string TestedBlock(string name)
    {
        var at = Text.IndexOf($"<!-- tested: {name} -->\n```sh\n", StringComparison.Ordinal);
        Assert.True(at >= 0, $"{Name} has no shell block under the comment 'tested: {name}'");
        return Fence().Match(Text, at).Groups["code"].Value;
    }

    /// <summary>Targets of links to files, without anchors.</summary>
    public IEnumerable<string> FileLinks() =>
        Link().Matches(Text)
            .Select(match => match.Groups["target"].Value.Split('#')[0])
            .Where(target => target.Length > 0 && !target.Contains("://", StringComparison.Ordinal));

    /// <summary>Commands that the page shows as <c>./run COMMAND ...</c>, in blocks and in the text.</summary>
    public IEnumerable<(string Command, string[] Options)> Commands() =>
        Command().Matches(Text).Select(match => (
            match.Groups["command"].Value,
            Option().Matches(match.Groups["rest"].Value).Select(option => option.Groups["name"].Value).ToArray()));

    [GeneratedRegex(@"^```(?<language>\w*)\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Fence();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();

    [GeneratedRegex(@"\./run (?<command>[a-z]+)(?<rest>[^`|\n]*)", RegexOptions.ExplicitCapture)]
    private static partial Regex Command();

    [GeneratedRegex(@"(?<=\s)(?<name>--[a-z][a-z-]*)", RegexOptions.ExplicitCapture)]
    private static partial Regex Option();
}
