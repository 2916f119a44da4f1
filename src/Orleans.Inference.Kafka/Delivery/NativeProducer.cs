using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Orleans.Inference.Delivery;
using Orleans.Inference.Kafka.Native;

namespace Orleans.Inference.Kafka;

/// <summary>
/// An idempotent producer that takes spans and tells an observer about deliveries in batches, on one thread of its own. Producing is safe from any
/// thread and allocates nothing for records without headers of their own.
/// </summary>
internal sealed unsafe class NativeProducer
{
    private const int CopyFlag = 0x2;
    private const int BlockFlag = 0x4;
    private const int PurgeQueue = 0x1;
    private const int PurgeInFlight = 0x2;
    private const int PollMs = 50;
    private const int DrainPollMs = 10;
    private const int DrainPolls = 500;
    private const int ReportChunk = 256;
    private const int OwnFields = 7;

    private readonly NativeClient _client;
    private readonly IDeliveryObserver _observer;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, nint> _topics = new(StringComparer.Ordinal);
    private readonly Lock _topicsGate = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stopping;

    // Calls into the library under way. One may wait there for room in the queue, so stopping purges until none is left.
    private int _calls;

    public NativeProducer(IReadOnlyDictionary<string, string> settings, IDeliveryObserver observer, ILogger logger, string what)
    {
        _observer = observer;
        _logger = logger;
        _client = NativeClient.Create(Librdkafka.Producer, settings, NativeClient.DeliveryEvent, logger, what);
        new Thread(Run) { IsBackground = true, Name = what }.Start();
    }

    /// <summary>A handle to produce to; lives as long as the producer. 0 when that has been stopped.</summary>
    public nint TopicHandle(string topic)
    {
        if (_topics.TryGetValue(topic, out var handle))
        {
            return handle;
        }

        Interlocked.Increment(ref _calls);
        lock (_topicsGate)
        {
            handle = _stopping
                ? 0
                : _topics.GetOrAdd(topic, static (name, client) => Librdkafka.rd_kafka_topic_new(client, name, 0), _client.Handle);
        }

        Interlocked.Decrement(ref _calls);
        return handle;
    }

    /// <summary>Queues a copy of the record.</summary>
    /// <param name="topic">From <see cref="TopicHandle"/>.</param>
    /// <param name="key">Empty is no key.</param>
    /// <param name="value">Empty is no value.</param>
    /// <param name="sequence">Value of the header <c>seq</c>; empty leaves it out.</param>
    /// <param name="headers">Further headers.</param>
    /// <param name="unixMs">The record's time; 0 is now.</param>
    /// <param name="tag">Comes back with the delivery.</param>
    /// <param name="wait">Whether to wait while the queue is full.</param>
    /// <returns>0, or the error.</returns>
    public int Produce(
        nint topic,
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> value,
        ReadOnlySpan<byte> sequence,
        RecordHeader[]? headers,
        long unixMs,
        nint tag,
        bool wait)
    {
        Interlocked.Increment(ref _calls);
        try
        {
            return _stopping ? (int)ErrorCode.Local_Destroy : Gather(topic, key, value, sequence, headers, unixMs, tag, wait);
        }
        finally
        {
            Interlocked.Decrement(ref _calls);
        }
    }

    /// <summary>The reason when the producer can do nothing more, else null.</summary>
    public string? FatalReason()
    {
        Interlocked.Increment(ref _calls);
        var reason = _stopping ? null : _client.FatalReason();
        Interlocked.Decrement(ref _calls);
        return reason;
    }

    /// <summary>Gives up what is not yet delivered (the observer hears of each record), and stops.</summary>
    public Task StopAsync()
    {
        _stopping = true;
        return _stopped.Task;
    }

    private int Gather(
        nint topic,
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> value,
        ReadOnlySpan<byte> sequence,
        RecordHeader[]? headers,
        long unixMs,
        nint tag,
        bool wait)
    {
        var fields = stackalloc ProduceField[OwnFields];
        fixed (byte* keyStart = key)
        fixed (byte* valueStart = value)
        fixed (byte* sequenceStart = sequence)
        fixed (byte* sequenceName = "seq\0"u8)
        {
            var count = 0;
            fields[count++] = ProduceField.Topic(topic);
            fields[count++] = ProduceField.Key(keyStart, key.Length);
            fields[count++] = ProduceField.Value(valueStart, value.Length);
            fields[count++] = ProduceField.Flags(wait ? CopyFlag | BlockFlag : CopyFlag);
            fields[count++] = ProduceField.Tag(tag);
            if (unixMs != 0)
            {
                fields[count++] = ProduceField.Timestamp(unixMs);
            }

            if (!sequence.IsEmpty)
            {
                fields[count++] = ProduceField.Header(sequenceName, sequenceStart, sequence.Length);
            }

            return headers is null or [] ? Hand(fields, count) : HandWith(headers, fields, count, hasSequence: !sequence.IsEmpty);
        }
    }

    private int HandWith(RecordHeader[] headers, ProduceField* own, int ownCount, bool hasSequence)
    {
        // Rare (dead letters and late records): names and values go into one pinned buffer.
        var size = 0;
        foreach (var header in headers)
        {
            size += Encoding.UTF8.GetByteCount(header.Name) + 1 + header.Value.Length;
        }

        var fields = new ProduceField[ownCount + headers.Length];
        var before = hasSequence ? ownCount - 1 : ownCount;
        new ReadOnlySpan<ProduceField>(own, before).CopyTo(fields);
        if (hasSequence)
        {
            // Readers take the last header of a name: ours, also where the record came with one of its own.
            fields[^1] = own[ownCount - 1];
        }

        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(1, size));
        fixed (byte* start = buffer)
        fixed (ProduceField* first = fields)
        {
            var used = 0;
            for (var i = 0; i < headers.Length; i++)
            {
                var name = used;
                used += Encoding.UTF8.GetBytes(headers[i].Name, buffer.AsSpan(used));
                buffer[used++] = 0;
                headers[i].Value.CopyTo(buffer.AsSpan(used));
                fields[before + i] = ProduceField.Header(start + name, start + used, headers[i].Value.Length);
                used += headers[i].Value.Length;
            }

            var error = Hand(first, fields.Length);
            ArrayPool<byte>.Shared.Return(buffer);
            return error;
        }
    }

    private int Hand(ProduceField* fields, int count)
    {
        var error = Librdkafka.rd_kafka_produceva(_client.Handle, fields, (nuint)count);
        if (error == 0)
        {
            return 0;
        }

        var code = Librdkafka.rd_kafka_error_code(error);
        Librdkafka.rd_kafka_error_destroy(error);
        return code;
    }

    private void Run()
    {
        try
        {
            while (!_stopping)
            {
                Poll(PollMs);
            }

            for (var i = 0; Volatile.Read(ref _calls) > 0 || (i < DrainPolls && Librdkafka.rd_kafka_outq_len(_client.Handle) > 0); i++)
            {
                _ = Librdkafka.rd_kafka_purge(_client.Handle, PurgeQueue | PurgeInFlight);
                Poll(DrainPollMs);
            }
        }
#pragma warning disable CA1031 // An exception that leaves a thread ends the process.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.ReceiverFailed(_logger, exception, "of delivery reports");
        }
        finally
        {
            foreach (var topic in _topics.Values)
            {
                Librdkafka.rd_kafka_topic_destroy(topic);
            }

            _client.Destroy();
            _stopped.SetResult();
        }
    }

    private void Poll(int timeoutMs)
    {
        var @event = Librdkafka.rd_kafka_queue_poll(_client.Events, timeoutMs);
        if (@event == 0)
        {
            return;
        }

        if (Librdkafka.rd_kafka_event_type(@event) == NativeClient.DeliveryEvent)
        {
            Report(@event);
        }
        else
        {
            _client.Note(@event);
        }

        Librdkafka.rd_kafka_event_destroy(@event);
    }

    private void Report(nint @event)
    {
        var reports = stackalloc NativeMessage*[ReportChunk];
        while (Librdkafka.rd_kafka_event_message_array(@event, reports, ReportChunk) is var count && count > 0)
        {
            for (nuint i = 0; i < count; i++)
            {
                var report = reports[i];
                if (report->Error == (int)ErrorCode.NoError)
                {
                    _client.Works();
                }

                _observer.Delivered(report->Tag, report->Partition, report->Offset, report->Error);
            }
        }
    }
}
