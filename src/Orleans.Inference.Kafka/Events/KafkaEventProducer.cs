using System.Runtime.InteropServices;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Orleans.Inference.Delivery;
using Orleans.Inference.Kafka.Native;

namespace Orleans.Inference.Kafka;

/// <summary>
/// Writes events to topics, for <c>POST events</c> and for simulators. Every member may be called from any thread; records are batched by the
/// library. Records of one key keep their order.
/// </summary>
public sealed class KafkaEventProducer : IDeliveryObserver, IAsyncDisposable
{
    private const int TimeoutMs = 30_000;

    private readonly NativeProducer _producer;
    private readonly EpochLedger _epochs = new();
    private volatile bool _closed;

    internal KafkaEventProducer(KafkaSettings settings, ILogger<KafkaEventProducer> logger)
    {
        settings.Validate();
        _producer = new NativeProducer(ClientSettings.Producer(settings, TimeoutMs), this, logger, "event producer");
    }

    /// <summary>The same producer for one topic; it needs no disposal of its own.</summary>
    public IEventProducer ForTopic(string topic) => new TopicEventProducer(this, topic);

    /// <summary>
    /// Queues an event and completes with its place when the broker has acknowledged it; the offset is -1 in the rare case that a retry found
    /// it already there. Does not wait for room: a full queue is a failure at once.
    /// </summary>
    /// <param name="topic">The topic.</param>
    /// <param name="key">UTF-8; empty is no key (any partition).</param>
    /// <param name="value">The event; empty is a record without value.</param>
    /// <returns>Faults with <see cref="InferenceException"/> when the broker refuses the record or does not take it within 30 s.</returns>
    public Task<PartitionOffset> ProduceAsync(string topic, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        var pending = new PendingEvent(topic, _epochs.Enter());
        var handle = GCHandle.Alloc(pending);
        var error = _producer.Produce(
            _producer.TopicHandle(topic), key, value, sequence: default, headers: null, unixMs: 0, GCHandle.ToIntPtr(handle), wait: false);
        if (error != 0)
        {
            handle.Free();
            pending.Epoch.Leave();
            _epochs.Drop(pending.Epoch);
            pending.Answer.SetException(Failure(topic, error));
        }

        return pending.Answer.Task;
    }

    /// <summary>
    /// Queues an event without waiting for its place; waits while the queue is full. <see cref="FlushAsync"/> tells whether it arrived.
    /// </summary>
    /// <param name="topic">The topic.</param>
    /// <param name="key">UTF-8; empty is no key.</param>
    /// <param name="value">The event; empty is a record without value.</param>
    /// <param name="headers">Headers, or null.</param>
    /// <param name="timestampTicks">The record's time in UTC ticks; 0 is now.</param>
    /// <exception cref="InferenceException">The record cannot be sent at all, for instance because it is too large.</exception>
    public void Produce(
        string topic, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, RecordHeader[]? headers = null, long timestampTicks = 0)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        var unixMs = timestampTicks == 0 ? 0 : (timestampTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond;
        var epoch = _epochs.Enter();

        // Odd, to be told from a handle.
        var tag = (nint)((epoch.Number << 1) | 1);
        var error = _producer.Produce(_producer.TopicHandle(topic), key, value, sequence: default, headers, unixMs, tag, wait: true);
        if (error != 0)
        {
            epoch.Leave();
            _epochs.Drop(epoch);
            throw Failure(topic, error);
        }
    }

    /// <summary>Completes when everything produced before the call is acknowledged.</summary>
    /// <exception cref="InferenceException">An event of <see cref="Produce"/> did not arrive.</exception>
    public Task FlushAsync(CancellationToken cancellationToken) => _epochs.Seal().WaitAsync(cancellationToken);

    /// <summary>Stops at once; what is not yet acknowledged may be lost.</summary>
    public async ValueTask DisposeAsync()
    {
        _closed = true;
        await _producer.StopAsync();
    }

    void IDeliveryObserver.Delivered(nint tag, int partition, long offset, int error)
    {
        if ((tag & 1) != 0)
        {
            var epoch = _epochs.Find((long)tag >> 1);
            epoch.Leave(error == 0 ? null : Failure("of an event", error));
            _epochs.Drop(epoch);
            return;
        }

        var handle = GCHandle.FromIntPtr(tag);
        var pending = (PendingEvent)handle.Target!;
        handle.Free();
        if (error == 0)
        {
            pending.Answer.SetResult(new PartitionOffset(partition, offset));
        }
        else
        {
            pending.Answer.SetException(Failure(pending.Topic, error));
        }

        pending.Epoch.Leave();
        _epochs.Drop(pending.Epoch);
    }

    private InferenceException Failure(string topic, int error)
    {
        var reason = (ErrorCode)error switch
        {
            ErrorCode.Local_QueueFull => "the producer's queue is full; send more slowly",
            ErrorCode.Local_Destroy or ErrorCode.Local_PurgeQueue or ErrorCode.Local_PurgeInflight when _closed => "the producer was closed",
            ErrorCode.Local_MsgTimedOut => "the broker did not take it in time; is it up?",
            _ => _producer.FatalReason() ?? Librdkafka.Reason(error),
        };
        return new InferenceException($"Topic {topic}: the event was not delivered: {reason}.");
    }

    private sealed class PendingEvent(string topic, DeliveryEpoch epoch)
    {
        public string Topic => topic;

        public DeliveryEpoch Epoch => epoch;

        public TaskCompletionSource<PartitionOffset> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
