namespace Orleans.Inference.Streams.Kafka;

/// <summary>Ends a client of the library, which may wait without end for a broker that is down: then it is left behind.</summary>
internal static class ClientEnd
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(3);

    public static void Dispose(IDisposable client)
    {
        var thread = new Thread(client.Dispose) { IsBackground = true, Name = "kafka-streams-end" };
        thread.Start();
        thread.Join(Bound);
    }
}
