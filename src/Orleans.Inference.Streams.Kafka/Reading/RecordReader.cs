using Confluent.Kafka;

namespace Orleans.Inference.Streams.Kafka;

/// <summary>Makes a record of what the client library gives.</summary>
internal static class RecordReader
{
    public static KafkaRecord Read(ConsumeResult<byte[]?, byte[]?> result) => new()
    {
        Key = result.Message.Key,
        Value = result.Message.Value,
        Headers = Headers(result.Message.Headers),
        TimestampMilliseconds = result.Message.Timestamp.Type == TimestampType.NotAvailable ? 0 : result.Message.Timestamp.UnixTimestampMs,
        Partition = result.Partition.Value,
        Offset = result.Offset.Value,
    };

    private static KafkaHeader[] Headers(Headers? headers)
    {
        if (headers is null || headers.Count == 0)
        {
            return [];
        }

        var result = new KafkaHeader[headers.Count];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = new KafkaHeader(headers[i].Key, headers[i].GetValueBytes());
        }

        return result;
    }
}
