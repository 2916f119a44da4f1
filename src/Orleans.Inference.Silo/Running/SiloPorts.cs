using System.Net;
using System.Net.Sockets;
using Orleans.Inference.Silo.Settings;

namespace Orleans.Inference.Silo.Running;

/// <summary>Finds ports in use before the silo starts, where the setting to change can still be named.</summary>
internal static class SiloPorts
{
    /// <exception cref="InferenceException">One or both cannot be listened on.</exception>
    public static void Check(ClusteringSettings clustering)
    {
        var address = clustering.Provider == "localhost" ? IPAddress.Loopback
            : clustering.AdvertisedAddress is { } advertised && IPAddress.IsLoopback(advertised) ? advertised : IPAddress.Any;
        var problems = new[]
        {
            Problem("Clustering:SiloPort", new IPEndPoint(address, clustering.SiloPort)),
            Problem("Clustering:GatewayPort", new IPEndPoint(address, clustering.GatewayPort)),
        }.OfType<string>().ToList();
        if (problems.Count > 0)
        {
            throw new InferenceException(string.Join('\n', problems));
        }
    }

    private static string? Problem(string key, IPEndPoint endpoint)
    {
        using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // As the silo will: a port that only waits out old connections is free.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(endpoint);
            return null;
        }
        catch (SocketException exception)
        {
            return $"{key}: {endpoint.Port}: cannot listen on {endpoint}: {exception.Message}; a free port of this machine is allowed";
        }
    }
}
