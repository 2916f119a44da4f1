using System.Buffers;
using Orleans.Inference.Commands.Simulation;
using Orleans.Inference.Delivery;

namespace Orleans.Inference.Commands.Benchmarks.Live;

/// <summary>
/// Payments made in memory as a source of one partition: the live engine at its own speed, without a broker. A full engine holds it back as it holds back Kafka.
/// </summary>
internal sealed class GeneratedSource(string topic, IEnumerable<Payment> payments) : IRecordSource
{
    private readonly SemaphoreSlim _resumed = new(0);
    private readonly TaskCompletionSource<long> _sent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Thread? _thread;
    private volatile bool _stopping;
    private long _next;

    /// <summary>How many payments were handed over, once all of them were, or once it was stopped.</summary>
    public Task<long> Sent => _sent.Task;

    public Task<SourceTopic> OpenAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new SourceTopic(topic, "generated", [new PartitionExtent(0, 0, 0)]));

    public void Start(IReadOnlyList<PartitionOffset> next, IRecordReceiver receiver)
    {
        _thread = new Thread(() => Run(receiver)) { Name = "generator", IsBackground = true };
        _thread.Start();
    }

    public void Resume(int partition) => _resumed.Release();

    public void Commit(IReadOnlyList<PartitionOffset> next)
    {
    }

    public long EndOf(int partition) => Volatile.Read(ref _next);

    /// <summary>Sends no more.</summary>
    public void Stop()
    {
        _stopping = true;
        _resumed.Release();
        _thread?.Join();
    }

    public ValueTask DisposeAsync()
    {
        Stop();
        return ValueTask.CompletedTask;
    }

    private void Run(IRecordReceiver receiver)
    {
        var value = new ArrayBufferWriter<byte>(512);
        var key = new ArrayBufferWriter<byte>(16);
        foreach (var payment in payments)
        {
            value.ResetWrittenCount();
            key.ResetWrittenCount();
            PaymentWriter.WriteJson(payment, value, withTruth: true);
            PaymentWriter.WriteCustomer(payment, key);
            if (!Send(receiver, key.WrittenSpan, value.WrittenSpan, _next))
            {
                break;
            }

            Volatile.Write(ref _next, _next + 1);
        }

        _sent.TrySetResult(_next);
    }

    private bool Send(IRecordReceiver receiver, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long offset)
    {
        while (!_stopping)
        {
            var record = new SourceRecord { Offset = offset, Timestamp = TimeProvider.System.GetUtcNow().UtcTicks, Key = key, Value = value };
            if (receiver.TryReceive(record))
            {
                return true;
            }

            _resumed.Wait();
        }

        return false;
    }
}
