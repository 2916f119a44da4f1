using Microsoft.Extensions.Configuration;
using Orleans.Inference.Api.Callers;

namespace Orleans.Inference.Commands.Running;

/// <summary>Reads the keys of callers from <c>Auth:Keys:N:Key</c>, <c>:Role</c> and <c>:Name</c>. Messages never show a key.</summary>
internal sealed class AuthSettings
{
    /// <summary>Fewest characters of a key.</summary>
    private const int LeastLength = 16;

    private const string RolesAllowed = "read, score, admin";
    private static readonly string[] Members = ["Key", "Role", "Name"];

    private readonly List<string> _problems = [];
    private readonly List<CallerKey> _keys = [];
    private readonly Dictionary<string, string> _pathOfKey = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    private AuthSettings()
    {
    }

    /// <exception cref="CommandException">Settings are wrong; the message names each.</exception>
    public static CallerKeys Read(IConfiguration configuration)
    {
        var settings = new AuthSettings();
        var auth = configuration.GetSection("Auth");
        foreach (var child in auth.GetChildren().Where(child => !child.Key.Equals("Keys", StringComparison.OrdinalIgnoreCase)))
        {
            settings.Add(child.Path, "is not known; allowed: Auth:Keys");
        }

        var keys = auth.GetSection("Keys");
        if (!string.IsNullOrEmpty(keys.Value))
        {
            // Taking it for no keys would leave the server open.
            settings.Add(keys.Path, "is a text; allowed: a list of Key, Role and Name, such as Auth:Keys:0:Key");
        }

        foreach (var entry in keys.GetChildren())
        {
            settings.ReadKey(entry);
        }

        return settings._problems.Count == 0
            ? new CallerKeys(settings._keys)
            : throw new CommandException(ExitCode.Usage, string.Join('\n', settings._problems));
    }

    private void ReadKey(IConfigurationSection entry)
    {
        foreach (var member in entry.GetChildren().Where(member => !Members.Contains(member.Key, StringComparer.OrdinalIgnoreCase)))
        {
            Add(member.Path, $"is not known; allowed: {string.Join(", ", Members)}");
        }

        var before = _problems.Count;
        var key = CheckKey(entry);
        var role = CheckRole(entry);
        var name = CheckName(entry);
        if (_problems.Count == before)
        {
            _keys.Add(new CallerKey(key, role, name));
        }
    }

    private string CheckKey(IConfigurationSection entry)
    {
        var path = entry.Path + ":Key";
        var key = entry["Key"] ?? "";
        if (key.Length == 0)
        {
            Add(path, $"is empty; allowed: at least {LeastLength} characters");
        }
        else if (key.Length < LeastLength)
        {
            Add(path, $"has {key.Length} characters; allowed: at least {LeastLength}");
        }
        else if (key.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            Add(path, "has a character that a header cannot carry; allowed: ASCII letters, digits and signs without spaces");
        }
        else if (!_pathOfKey.TryAdd(key, path))
        {
            Add(path, $"is the same as {_pathOfKey[key]}; allowed: each key once");
        }

        return key;
    }

    private CallerRole CheckRole(IConfigurationSection entry)
    {
        var text = entry["Role"];
        switch (text?.ToLowerInvariant())
        {
            case "read":
                return CallerRole.Read;
            case "score":
                return CallerRole.Score;
            case "admin":
                return CallerRole.Admin;
            default:
                Add(entry.Path + ":Role", $"{(string.IsNullOrEmpty(text) ? "is empty" : "is none of the roles")}; allowed: {RolesAllowed}");
                return CallerRole.Read;
        }
    }

    private string CheckName(IConfigurationSection entry)
    {
        var name = entry["Name"];
        if (string.IsNullOrEmpty(name))
        {
            name = "key " + entry.Key;
        }
        else if (name.Length > 100 || name.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            Add(entry.Path + ":Name", "is no name for logs; allowed: at most 100 printable ASCII characters");
        }

        if (!_names.Add(name))
        {
            Add(entry.Path + ":Name", "is there twice; allowed: each name once");
        }

        return name;
    }

    private void Add(string path, string problem) => _problems.Add($"{path} {problem}");
}
