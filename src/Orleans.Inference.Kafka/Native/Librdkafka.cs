using System.Runtime.InteropServices;

namespace Orleans.Inference.Kafka.Native;

/// <summary>
/// The calls into librdkafka that the hot paths need and that Confluent.Kafka does not offer: a queue for each partition, records as spans, delivery
/// reports in batches with a plain number as their tag. Signatures are those of rdkafka.h 2.15; the library is the one Confluent.Kafka loads.
/// </summary>
internal static unsafe partial class Librdkafka
{
    public const int Producer = 0;
    public const int Consumer = 1;

    [LibraryImport(Library)]
    public static partial nint rd_kafka_conf_new();

    [LibraryImport(Library)]
    public static partial void rd_kafka_conf_destroy(nint conf);

    /// <summary>0 when set, -1 when the value is invalid, -2 when the name is unknown.</summary>
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int rd_kafka_conf_set(nint conf, string name, string value, byte* error, nuint errorSize);

    [LibraryImport(Library)]
    public static partial void rd_kafka_conf_set_events(nint conf, int events);

    /// <summary>Takes over the conf on success only.</summary>
    [LibraryImport(Library)]
    public static partial nint rd_kafka_new(int type, nint conf, byte* error, nuint errorSize);

    [LibraryImport(Library)]
    public static partial void rd_kafka_destroy(nint client);

    [LibraryImport(Library)]
    public static partial byte* rd_kafka_err2str(int error);

    [LibraryImport(Library)]
    public static partial int rd_kafka_poll_set_consumer(nint client);

    [LibraryImport(Library)]
    public static partial int rd_kafka_consumer_close(nint client);

    [LibraryImport(Library)]
    public static partial int rd_kafka_assign(nint client, nint partitions);

    [LibraryImport(Library)]
    public static partial int rd_kafka_commit_queue(nint client, nint offsets, nint queue, nint callback, nint opaque);

    /// <summary>The cached ends, as the last fetch told them; no round trip.</summary>
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int rd_kafka_get_watermark_offsets(nint client, string topic, int partition, long* low, long* high);

    [LibraryImport(Library)]
    public static partial nint rd_kafka_topic_partition_list_new(int size);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint rd_kafka_topic_partition_list_add(nint list, string topic, int partition);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int rd_kafka_topic_partition_list_set_offset(nint list, string topic, int partition, long offset);

    [LibraryImport(Library)]
    public static partial void rd_kafka_topic_partition_list_destroy(nint list);

    [LibraryImport(Library)]
    public static partial nint rd_kafka_queue_get_main(nint client);

    [LibraryImport(Library)]
    public static partial nint rd_kafka_queue_get_consumer(nint client);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint rd_kafka_queue_get_partition(nint client, string topic, int partition);

    [LibraryImport(Library)]
    public static partial void rd_kafka_queue_forward(nint source, nint target);

    [LibraryImport(Library)]
    public static partial void rd_kafka_queue_destroy(nint queue);

    /// <summary>The callback runs on a thread of the library whenever the queue stops being empty; it may call nothing of the library.</summary>
    [LibraryImport(Library)]
    public static partial void rd_kafka_queue_cb_event_enable(nint queue, delegate* unmanaged[Cdecl]<nint, nint, void> callback, nint opaque);

    [LibraryImport(Library)]
    public static partial int rd_kafka_set_log_queue(nint client, nint queue);

    [LibraryImport(Library)]
    public static partial nint rd_kafka_queue_poll(nint queue, int timeoutMs);

    [LibraryImport(Library)]
    public static partial nint rd_kafka_consume_batch_queue(nint queue, int timeoutMs, NativeMessage** messages, nuint size);

    [LibraryImport(Library)]
    public static partial void rd_kafka_message_destroy(NativeMessage* message);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial long rd_kafka_message_timestamp(NativeMessage* message, int* type);

    [LibraryImport(Library)]
    public static partial int rd_kafka_message_headers(NativeMessage* message, nint* headers);

    [LibraryImport(Library)]
    public static partial int rd_kafka_header_get_all(nint headers, nuint index, byte** name, byte** value, nuint* size);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint rd_kafka_topic_new(nint client, string topic, nint conf);

    [LibraryImport(Library)]
    public static partial void rd_kafka_topic_destroy(nint topic);

    /// <summary>Returns 0 or an error object, which the caller destroys.</summary>
    [LibraryImport(Library)]
    public static partial nint rd_kafka_produceva(nint client, ProduceField* fields, nuint count);

    [LibraryImport(Library)]
    public static partial int rd_kafka_error_code(nint error);

    [LibraryImport(Library)]
    public static partial void rd_kafka_error_destroy(nint error);

    [LibraryImport(Library)]
    public static partial int rd_kafka_purge(nint client, int flags);

    [LibraryImport(Library)]
    public static partial int rd_kafka_outq_len(nint client);

    [LibraryImport(Library)]
    public static partial int rd_kafka_fatal_error(nint client, byte* error, nuint errorSize);

    [LibraryImport(Library)]
    public static partial int rd_kafka_event_type(nint @event);

    [LibraryImport(Library)]
    public static partial int rd_kafka_event_error(nint @event);

    [LibraryImport(Library)]
    public static partial byte* rd_kafka_event_error_string(nint @event);

    [LibraryImport(Library)]
    public static partial int rd_kafka_event_log(nint @event, byte** facility, byte** text, int* level);

    [LibraryImport(Library)]
    public static partial nuint rd_kafka_event_message_array(nint @event, NativeMessage** messages, nuint size);

    [LibraryImport(Library)]
    public static partial void rd_kafka_event_destroy(nint @event);

    public static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";

    /// <summary>What an error code means, in the library's words.</summary>
    public static string Reason(int error) => Text(rd_kafka_err2str(error));
}
