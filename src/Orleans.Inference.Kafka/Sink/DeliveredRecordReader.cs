using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Orleans.Inference.Delivery;

namespace Orleans.Inference.Kafka;

/// <summary>
/// Recognises a record that the pipeline wrote: the header <c>seq</c>, and the source record it answers, from the headers <c>dlq-topic</c>,
/// <c>dlq-partition</c> and <c>dlq-offset</c> or from the prediction's <c>source</c> object. Which topic it was found in, the caller knows.
/// </summary>
internal static class DeliveredRecordReader
{
    public static bool TryRead(string pipeline, OutputTopic output, Message<byte[], byte[]> message, out DeliveredRecord delivered)
    {
        delivered = default;
        if (!TryReadNumber(message.Headers, "seq", out var sequence) || IsOfAnother(pipeline, message.Headers))
        {
            return false;
        }

        if (message.Headers.TryGetLastBytes("dlq-topic", out var topic)
            && TryReadNumber(message.Headers, "dlq-partition", out var partition)
            && TryReadNumber(message.Headers, "dlq-offset", out var offset))
        {
            delivered = new DeliveredRecord(default, Encoding.UTF8.GetString(topic), new PartitionOffset((int)partition, offset), sequence);
            return true;
        }

        try
        {
            return TryReadPrediction(pipeline, output, message.Value, sequence, out delivered);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            // Not a prediction: somebody else's record with a header of the same name.
            return false;
        }
    }

    private static bool IsOfAnother(string pipeline, Headers headers) =>
        headers.TryGetLastBytes(KafkaRecordSink.PipelineHeader, out var name) && Encoding.UTF8.GetString(name) != pipeline;

    private static bool TryReadNumber(Headers headers, string name, out long number)
    {
        number = 0;
        return headers.TryGetLastBytes(name, out var text)
            && Utf8Parser.TryParse(text, out number, out var used)
            && used == text.Length;
    }

    private static bool TryReadPrediction(
        string pipeline, OutputTopic output, byte[]? json, long sequence, out DeliveredRecord delivered)
    {
        delivered = default;
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("pipeline"u8))
            {
                reader.Read();
                if (!reader.ValueTextEquals(pipeline))
                {
                    return false;
                }
            }
            else if (reader.ValueTextEquals("source"u8))
            {
                reader.Read();
                return TryReadSource(ref reader, output, sequence, out delivered);
            }
            else
            {
                reader.Skip();
            }
        }

        return false;
    }

    private static bool TryReadSource(ref Utf8JsonReader reader, OutputTopic output, long sequence, out DeliveredRecord delivered)
    {
        string? topic = null;
        int? partition = null;
        long? offset = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("topic"u8))
            {
                reader.Read();
                topic = reader.GetString();
            }
            else if (reader.ValueTextEquals("partition"u8))
            {
                reader.Read();
                partition = reader.GetInt32();
            }
            else if (reader.ValueTextEquals("offset"u8))
            {
                reader.Read();
                offset = reader.GetInt64();
            }
            else
            {
                reader.Skip();
            }
        }

        delivered = topic is not null && partition is { } number && offset is { } place
            ? new DeliveredRecord(default, topic, new PartitionOffset(number, place), sequence)
            : default;
        return delivered.SourceTopic is not null;
    }
}
