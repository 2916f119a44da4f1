using Orleans.Inference.Delivery;
using Orleans.Inference.Kafka.Native;

namespace Orleans.Inference.Kafka;

internal static unsafe class NativeHeaders
{
    /// <summary>A record's headers in their order; null when it has none. Allocates only then.</summary>
    public static RecordHeader[]? Read(NativeMessage* message)
    {
        nint headers;
        if (Librdkafka.rd_kafka_message_headers(message, &headers) != 0)
        {
            return null;
        }

        var found = new List<RecordHeader>();
        byte* name;
        byte* value;
        nuint length;
        while (Librdkafka.rd_kafka_header_get_all(headers, (nuint)found.Count, &name, &value, &length) == 0)
        {
            found.Add(new RecordHeader(Librdkafka.Text(name), new ReadOnlySpan<byte>(value, (int)length).ToArray()));
        }

        return found.Count == 0 ? null : [.. found];
    }
}
