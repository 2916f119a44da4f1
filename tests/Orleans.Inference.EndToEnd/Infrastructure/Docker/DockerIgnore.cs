using System.Text.RegularExpressions;

namespace Orleans.Inference.EndToEnd.Infrastructure.Docker;

/// <summary>What the build of an image sees: the last pattern that a path, or a folder above it, matches decides.</summary>
internal sealed class DockerIgnore
{
    private readonly List<(Regex Pattern, bool IsExcluded)> _rules =
    [
        .. File.ReadLines(Path.Combine(Repository.Root, ".dockerignore"))
            .Select(line => line.Trim())
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => (PatternOf(line.TrimStart('!')), line[0] != '!')),
    ];

    public bool IsExcluded(string path)
    {
        var parts = path.Split('/');
        var prefixes = Enumerable.Range(1, parts.Length).Select(count => string.Join('/', parts[..count])).ToList();
        return _rules.LastOrDefault(rule => prefixes.Exists(rule.Pattern.IsMatch)).IsExcluded;
    }

    private static Regex PatternOf(string pattern) =>
        new($"^{Regex.Escape(pattern).Replace(@"\*\*/", "(.*/)?").Replace(@"\*", "[^/]*")}$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
}
