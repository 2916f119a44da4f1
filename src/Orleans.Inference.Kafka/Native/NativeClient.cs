using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Orleans.Inference.Kafka.Native;

/// <summary>One librdkafka client with its event queue: makes it from settings, and turns its log and error events into ours.</summary>
internal sealed unsafe class NativeClient
{
    public const int DeliveryEvent = 0x1;
    public const int LogEvent = 0x4;
    public const int ErrorEvent = 0x8;
    public const int CommitEvent = 0x20;

    private readonly ILogger _logger;
    private readonly string _what;
    private readonly RepeatedFailure _failure = new();

    private NativeClient(nint handle, nint events, ILogger logger, string what)
    {
        Handle = handle;
        Events = events;
        _logger = logger;
        _what = what;
    }

    public nint Handle { get; }

    /// <summary>Where delivery reports, errors, commits and log lines arrive.</summary>
    public nint Events { get; }

    /// <exception cref="InferenceException">A setting is unknown or invalid.</exception>
    public static NativeClient Create(int type, IReadOnlyDictionary<string, string> settings, int events, ILogger logger, string what)
    {
        const int ErrorSize = 512;
        var error = stackalloc byte[ErrorSize];
        var conf = Librdkafka.rd_kafka_conf_new();
        _ = Librdkafka.rd_kafka_conf_set(conf, "log.queue", "true", error, ErrorSize);
        foreach (var (name, value) in settings)
        {
            if (Librdkafka.rd_kafka_conf_set(conf, name, value, error, ErrorSize) != 0)
            {
                Librdkafka.rd_kafka_conf_destroy(conf);
                throw new InferenceException($"Kafka setting {name}: {Librdkafka.Text(error)}");
            }
        }

        Librdkafka.rd_kafka_conf_set_events(conf, events | LogEvent | ErrorEvent);
        var handle = Librdkafka.rd_kafka_new(type, conf, error, ErrorSize);
        if (handle == 0)
        {
            Librdkafka.rd_kafka_conf_destroy(conf);
            throw new InferenceException($"The Kafka settings do not go together: {Librdkafka.Text(error)}");
        }

        nint queue;
        if (type == Librdkafka.Consumer)
        {
            _ = Librdkafka.rd_kafka_poll_set_consumer(handle);
            queue = Librdkafka.rd_kafka_queue_get_consumer(handle);
        }
        else
        {
            queue = Librdkafka.rd_kafka_queue_get_main(handle);
        }

        _ = Librdkafka.rd_kafka_set_log_queue(handle, queue);
        return new NativeClient(handle, queue, logger, what);
    }

    /// <summary>Logs an event of kind log or error; any other is the caller's.</summary>
    public void Note(nint @event)
    {
        switch (Librdkafka.rd_kafka_event_type(@event))
        {
            case LogEvent:
                byte* facility;
                byte* text;
                int level;
                _ = Librdkafka.rd_kafka_event_log(@event, &facility, &text, &level);
                NoteLine(Librdkafka.Text(facility), Librdkafka.Text(text), level);
                break;
            case ErrorEvent:
                Failed(Librdkafka.Text(Librdkafka.rd_kafka_event_error_string(@event)));
                break;
        }
    }

    /// <summary>Notes that the broker does not do its part: logged the first time, then every hundredth.</summary>
    public void Failed(string reason)
    {
        if (_failure.Failed())
        {
            Log.Failing(_logger, _what, _failure.Count, reason);
        }
    }

    /// <summary>Notes that the broker does its part; logged once after a failure.</summary>
    public void Works()
    {
        if (_failure.Recovered(out var failures))
        {
            Log.Recovered(_logger, _what, failures);
        }
    }

    /// <summary>The reason when the client can do nothing more, else null.</summary>
    public string? FatalReason()
    {
        const int ErrorSize = 512;
        var error = stackalloc byte[ErrorSize];
        return Librdkafka.rd_kafka_fatal_error(Handle, error, ErrorSize) == (int)ErrorCode.NoError ? null : Librdkafka.Text(error);
    }

    /// <summary>Frees the queue and the client; every other handle taken from it must be gone.</summary>
    public void Destroy()
    {
        Librdkafka.rd_kafka_queue_destroy(Events);
        Librdkafka.rd_kafka_destroy(Handle);
    }

    private void NoteLine(string facility, string text, int level)
    {
        // A reset of a position is the one line an operator must see: records are skipped or come again. Failures arrive as error events too.
        if (facility == "OFFSET" && level <= 4)
        {
            Log.PositionReset(_logger, _what, text);
        }
        else if (level <= 2)
        {
            Log.ClientError(_logger, _what, text);
        }
        else
        {
            Log.ClientLine(_logger, _what, facility, text);
        }
    }
}
