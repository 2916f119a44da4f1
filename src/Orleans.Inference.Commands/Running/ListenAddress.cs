using System.Net;
using Microsoft.Extensions.Configuration;

namespace Orleans.Inference.Commands.Running;

/// <summary>Where the server may listen: without keys for callers, on loopback only.</summary>
internal static class ListenAddress
{
    /// <summary>Checks <c>--urls</c>, and the web server's own settings, which would go before it.</summary>
    /// <exception cref="CommandException">An address is malformed, or beyond loopback without keys.</exception>
    public static void Check(string urls, IConfiguration configuration, bool hasKeys)
    {
        Check("--urls", urls, hasKeys);
        foreach (var endpoint in configuration.GetSection("Kestrel:Endpoints").GetChildren())
        {
            Check($"{endpoint.Path}:Url", endpoint["Url"] ?? "", hasKeys);
        }
    }

    private static void Check(string setting, string urls, bool hasKeys)
    {
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!Uri.TryCreate(url.Replace("://*", "://0.0.0.0").Replace("://+", "://0.0.0.0"), UriKind.Absolute, out var uri)
                || uri.Scheme is not ("http" or "https"))
            {
                throw new CommandException(ExitCode.Usage, $"{setting} {url}: an address such as http://127.0.0.1:8080 is allowed");
            }

            var isLoopback = uri.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
                || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
            if (!isLoopback && !hasKeys)
            {
                throw new CommandException(
                    ExitCode.Usage, $"{setting} {url}: without keys for callers (Auth:Keys) only loopback is allowed, such as http://127.0.0.1:8080");
            }
        }
    }
}
