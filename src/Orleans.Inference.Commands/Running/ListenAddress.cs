using System.Net;

namespace Orleans.Inference.Commands.Running;

/// <summary>Where the server may listen: without keys for callers, on loopback only.</summary>
internal static class ListenAddress
{
    /// <exception cref="CommandException">An address is malformed or beyond loopback.</exception>
    public static void Check(string urls)
    {
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!Uri.TryCreate(url.Replace("://*", "://0.0.0.0").Replace("://+", "://0.0.0.0"), UriKind.Absolute, out var uri)
                || uri.Scheme is not ("http" or "https"))
            {
                throw new CommandException(ExitCode.Usage, $"--urls {url}: an address such as http://127.0.0.1:8080 is allowed");
            }

            var isLoopback = uri.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
                || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
            if (!isLoopback)
            {
                throw new CommandException(
                    ExitCode.Usage, $"--urls {url}: without keys for callers (not in this release) only loopback is allowed, such as http://127.0.0.1:8080");
            }
        }
    }
}
