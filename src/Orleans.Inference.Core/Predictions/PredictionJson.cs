using System.Text.Json;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Predictions;

/// <summary>Shows a prediction as the JSON object of the Kafka value and the HTTP body. One per pipeline: names are encoded once.</summary>
public sealed class PredictionJson
{
    private static readonly JsonEncodedText[] Outcomes = EncodeNames<Outcome>();
    private static readonly JsonEncodedText[] Variants = EncodeNames<Variant>();

    private readonly JsonEncodedText _pipeline;
    private readonly JsonEncodedText _topic;
    private readonly JsonEncodedText _http = JsonEncodedText.Encode("http");
    private readonly JsonEncodedText[] _features;
    private readonly JsonEncodedText?[] _decisions;

    public PredictionJson(PipelineModel pipeline)
    {
        _pipeline = JsonEncodedText.Encode(pipeline.Name);
        _topic = JsonEncodedText.Encode(pipeline.Source.Topic);
        _features = [.. pipeline.Features.Select(feature => JsonEncodedText.Encode(feature.Name))];
        _decisions = new JsonEncodedText?[256];
        for (var i = 0; i <= byte.MaxValue; i++)
        {
            _decisions[i] = pipeline.Decision?.NameOf((byte)i) is { } name ? JsonEncodedText.Encode(name) : null;
        }
    }

    /// <summary>Writes one object; a NaN score or feature is null. Floats are the shortest text that reads back equal.</summary>
    public void Write(Utf8JsonWriter writer, in Prediction prediction)
    {
        writer.WriteStartObject();
        writer.WriteString("pipeline"u8, _pipeline);
        writer.WriteString("eventId"u8, prediction.EventId);
        writer.WriteString("entity"u8, prediction.Entity);
        WriteFloat(writer, "score"u8, prediction.Score);
        WriteDecision(writer, prediction.Decision);
        writer.WriteString("model"u8, _pipeline);
        WriteVersion(writer, prediction);
        writer.WriteNumber("revision"u8, prediction.Revision);
        writer.WriteString("outcome"u8, Outcomes[(int)prediction.Outcome]);
        WriteTime(writer, "eventTime"u8, prediction.EventTime);
        WriteTime(writer, "scoredAt"u8, prediction.ScoredAt);
        writer.WriteNumber("latencyMs"u8, Math.Round((prediction.ScoredAt - prediction.ReceivedAt) / (double)TimeSpan.TicksPerMillisecond, 3));
        writer.WriteStartObject("source"u8);
        writer.WriteString("topic"u8, prediction.FromHttp ? _http : _topic);
        writer.WriteNumber("partition"u8, prediction.Source.Partition);
        writer.WriteNumber("offset"u8, prediction.Source.Offset);
        writer.WriteEndObject();
        WriteFeatures(writer, prediction.Features);
        writer.WriteEndObject();
    }

    private void WriteDecision(Utf8JsonWriter writer, byte decision)
    {
        if (_decisions[decision] is { } name)
        {
            writer.WriteString("decision"u8, name);
        }
        else
        {
            writer.WriteNull("decision"u8);
        }
    }

    private static void WriteVersion(Utf8JsonWriter writer, in Prediction prediction)
    {
        if (prediction.Version > 0)
        {
            Span<byte> digits = stackalloc byte[12];
            prediction.Version.TryFormat(digits, out var length);
            writer.WriteString("version"u8, digits[..length]);
        }
        else
        {
            writer.WriteNull("version"u8);
        }

        if (prediction.Outcome is Outcome.Scored or Outcome.Fallback)
        {
            writer.WriteString("variant"u8, Variants[(int)prediction.Variant]);
        }
        else
        {
            writer.WriteNull("variant"u8);
        }
    }

    private void WriteFeatures(Utf8JsonWriter writer, ReadOnlySpan<float> features)
    {
        if (features.IsEmpty)
        {
            return;
        }

        writer.WriteStartObject("features"u8);
        for (var i = 0; i < features.Length; i++)
        {
            if (float.IsFinite(features[i]))
            {
                writer.WriteNumber(_features[i], features[i]);
            }
            else
            {
                writer.WriteNull(_features[i]);
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteFloat(Utf8JsonWriter writer, ReadOnlySpan<byte> name, float value)
    {
        if (float.IsFinite(value))
        {
            writer.WriteNumber(name, value);
        }
        else
        {
            writer.WriteNull(name);
        }
    }

    private static void WriteTime(Utf8JsonWriter writer, ReadOnlySpan<byte> name, long ticks)
    {
        Span<byte> text = stackalloc byte[EventTimeText.MaxLength];
        writer.WriteString(name, text[..EventTimeText.Format(ticks, text)]);
    }

    private static JsonEncodedText[] EncodeNames<TEnum>()
        where TEnum : struct, Enum =>
        [.. Enum.GetNames<TEnum>().Select(name => JsonEncodedText.Encode(JsonNamingPolicy.CamelCase.ConvertName(name)))];
}
