using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Orleans.Inference.Commands.Benchmarks.Serving;

/// <summary>
/// GET requests over a fixed number of connections, one after the other on each. It writes ready bytes and reads just enough of an answer to know where it ends, because it
/// shares the processor with the server: a client that does more would hide what the server does.
/// </summary>
internal static class HttpLoad
{
    private const int BufferLength = 64 * 1024;

    private static ReadOnlySpan<byte> HeadEnd => "\r\n\r\n"u8;

    private static ReadOnlySpan<byte> LengthHeader => "\r\nContent-Length: "u8;

    /// <summary>Requests a second.</summary>
    /// <param name="server">The server's address.</param>
    /// <param name="paths">A connection each.</param>
    /// <param name="duration">How long.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="CommandException">An answer was not 200, or a connection was closed.</exception>
    public static async Task<double> MeasureAsync(
        IPEndPoint server, IReadOnlyList<string> paths, TimeSpan duration, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        var counts = await Task.WhenAll(paths.Select(path => Task.Run(() => AskAsync(server, path, started, duration, cancellationToken), cancellationToken)));
        return counts.Sum() / TimeProvider.System.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<long> AskAsync(IPEndPoint server, string path, long started, TimeSpan duration, CancellationToken cancellationToken)
    {
        var request = Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {server}\r\nAccept: application/json\r\n\r\n");
        var buffer = new byte[BufferLength];
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, cancellationToken);
        var count = 0L;
        while (TimeProvider.System.GetElapsedTime(started) < duration)
        {
            await socket.SendAsync(request, cancellationToken);
            var used = 0;
            do
            {
                var read = await socket.ReceiveAsync(buffer.AsMemory(used), cancellationToken);
                used = read > 0 ? used + read : throw new CommandException(ExitCode.Rejected, $"GET {path}: the connection was closed");
            }
            while (!IsWhole(path, buffer.AsSpan(0, used)));
            count++;
        }

        return count;
    }

    private static bool IsWhole(string path, ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf(HeadEnd);
        if (head < 0)
        {
            return false;
        }

        if (!answer.StartsWith("HTTP/1.1 200"u8))
        {
            throw new CommandException(ExitCode.Rejected, $"GET {path}: {Encoding.UTF8.GetString(answer)}");
        }

        // A body without a length ends with an empty chunk.
        var length = answer[..head].IndexOf(LengthHeader);
        return length < 0
            ? answer.EndsWith("0\r\n\r\n"u8)
            : Utf8Parser.TryParse(answer[(length + LengthHeader.Length)..], out int body, out _) && answer.Length >= head + HeadEnd.Length + body;
    }
}
