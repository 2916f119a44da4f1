using System.Buffers.Text;
using Orleans.Inference.Delivery;

namespace Orleans.Inference.Commands.Benchmarks.Streaming;

/// <summary>
/// When each event was sent and its answer received, by the number in its id. The sender writes one array and the consumer's thread the other.
/// </summary>
internal sealed class RoundTrips(int capacity) : IRecordReceiver
{
    private readonly long[] _sentAt = new long[capacity];
    private readonly long[] _receivedAt = new long[capacity];
    private readonly Lock _gate = new();
    private TaskCompletionSource? _awaited;
    private int _target = int.MaxValue;
    private int _received;

    // In predictions "eventId", in payments "transaction_id".
    private static ReadOnlySpan<byte> IdStart => "d\":\"t-"u8;

    public int Sent { get; private set; }

    public int Received => Volatile.Read(ref _received);

    /// <summary>The sender's call before it produces an event; numbers come in order.</summary>
    public void Sending(long number)
    {
        _sentAt[number] = TimeProvider.System.GetTimestamp();
        Sent = (int)number + 1;
    }

    public Task WhenReceivedAsync(int count)
    {
        lock (_gate)
        {
            _awaited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _target = count;
            Announce();
            return _awaited.Task;
        }
    }

    public bool TryReceive(in SourceRecord record)
    {
        var now = TimeProvider.System.GetTimestamp();
        var at = record.Value.IndexOf(IdStart);
        if (at >= 0 && Utf8Parser.TryParse(record.Value[(at + IdStart.Length)..], out long number, out _) && _receivedAt[number] == 0)
        {
            _receivedAt[number] = now;
            lock (_gate)
            {
                _received++;
                Announce();
            }
        }

        return true;
    }

    public void ReachedEnd(int partition, long endOffset)
    {
    }

    /// <summary>The times of the events from a number on to the last one sent, in ascending order.</summary>
    public double[] Milliseconds(int first)
    {
        var times = new double[Sent - first];
        for (var i = 0; i < times.Length; i++)
        {
            times[i] = TimeProvider.System.GetElapsedTime(_sentAt[first + i], _receivedAt[first + i]).TotalMilliseconds;
        }

        Array.Sort(times);
        return times;
    }

    /// <summary>The smallest of the times that at least the share of them does not exceed.</summary>
    public static double Percentile(double[] ascending, double share) =>
        ascending[Math.Clamp((int)Math.Ceiling(share * ascending.Length) - 1, 0, ascending.Length - 1)];

    private void Announce()
    {
        if (_received >= _target)
        {
            _awaited?.TrySetResult();
        }
    }
}
