using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;
using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Silo.Settings;

/// <summary>Reads settings and notes what is wrong with them: key, value, what is allowed. A wrong setting reads as its default.</summary>
internal sealed class SettingsReader(IConfiguration configuration, List<string> problems)
{
    private const int IdentifierLength = 100;

    /// <summary>A key that nobody reads is a typing error.</summary>
    public void CheckKeys(string section, IReadOnlyList<string> keys) => problems.AddRange(
        configuration.GetSection(section).GetChildren()
            .Where(child => !keys.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            .Select(child => $"{child.Path}: there is no such setting; {string.Join(", ", keys)} are allowed"));

    public string Text(string key, string standard) => configuration[key] is { Length: > 0 } text ? text : standard;

    /// <summary>A name that is also part of table rows and containers.</summary>
    public string Identifier(string key, string standard)
    {
        var text = Text(key, standard);
        if (text.Length <= IdentifierLength && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.'))
        {
            return text;
        }

        problems.Add($"{key}: '{text}': up to {IdentifierLength} letters, digits, '-', '_' and '.' are allowed");
        return standard;
    }

    public int Port(string key, int standard)
    {
        if (configuration[key] is not { Length: > 0 } text)
        {
            return standard;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65_535)
        {
            return port;
        }

        problems.Add($"{key}: '{text}': a port from 1 to 65535 is allowed");
        return standard;
    }

    public IPAddress? Address(string key)
    {
        if (configuration[key] is not { Length: > 0 } text)
        {
            return null;
        }

        if (IPAddress.TryParse(text, out var address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any))
        {
            return address;
        }

        problems.Add($"{key}: '{text}': an IP address that other silos can reach is allowed, such as 10.0.0.7");
        return null;
    }

    public TimeSpan Duration(string key, TimeSpan standard, TimeSpan limit)
    {
        if (configuration[key] is not { Length: > 0 } text)
        {
            return standard;
        }

        if (DurationText.TryParse(text, out var duration) && duration <= limit)
        {
            return duration;
        }

        problems.Add($"{key}: '{text}': a duration from 0s to {limit.TotalSeconds}s is allowed, such as 5s or 500ms");
        return standard;
    }
}
