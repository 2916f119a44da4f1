using System.Buffers;
using System.Text;
using System.Text.Json;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Predictions;

/// <summary>
/// Shows a prediction as the JSON object of the Kafka value and the HTTP body. One per pipeline: names are encoded once. Written byte by byte, because a
/// prediction is most of what a scored event costs at the sink; a general writer takes more than twice the time.
/// </summary>
public sealed class PredictionJson
{
    // Everything but id, key, features and names, at its longest.
    private const int FixedLength = 512;

    private static readonly byte[][] Outcomes = EncodeNames<Outcome>();
    private static readonly byte[][] Variants = EncodeNames<Variant>();

    private readonly byte[] _start;
    private readonly byte[] _model;
    private readonly byte[] _topic;
    private readonly byte[][] _features;
    private readonly byte[][] _decisions;
    private readonly int _namesLength;

    public PredictionJson(PipelineModel pipeline)
    {
        _start = Utf8($"{{\"pipeline\":{Quoted(pipeline.Name)},\"eventId\":");
        _model = Utf8($",\"model\":{Quoted(pipeline.Name)},\"version\":");
        _topic = Utf8(Quoted(pipeline.Source.Topic));
        _features = [.. pipeline.Features.Select((feature, i) => Utf8($"{(i == 0 ? ",\"features\":{" : ",")}{Quoted(feature.Name)}:"))];
        _decisions = [.. Enumerable.Range(0, byte.MaxValue + 1).Select(i => Utf8(pipeline.Decision?.NameOf((byte)i) is { } name ? Quoted(name) : "null"))];
        _namesLength = _start.Length + _model.Length + _topic.Length + _decisions.Max(name => name.Length)
            + _features.Sum(name => name.Length + FloatText.MaxLength);
    }

    /// <summary>Bytes that <see cref="Format"/> writes at most.</summary>
    public int MaxLength(in Prediction prediction) =>
        FixedLength + _namesLength + ((prediction.EventId.Length + prediction.Entity.Length) * JsonCursor.MaxEscaped);

    /// <summary>
    /// Writes one object and returns its length; a score or feature that is not finite is null. Floats are the shortest text that reads back equal.
    /// </summary>
    public int Format(in Prediction prediction, Span<byte> target)
    {
        var json = new JsonCursor(target);
        json.Raw(_start);
        json.Text(prediction.EventId);
        json.Raw(",\"entity\":"u8);
        json.Text(prediction.Entity);
        json.Raw(",\"score\":"u8);
        json.Number(prediction.Score);
        json.Raw(",\"decision\":"u8);
        json.Raw(_decisions[prediction.Decision]);
        json.Raw(_model);
        AppendVersion(ref json, prediction);
        json.Raw(",\"revision\":"u8);
        json.Number((long)prediction.Revision);
        json.Raw(",\"outcome\":"u8);
        json.Raw(Outcomes[(int)prediction.Outcome]);
        json.Raw(",\"eventTime\":"u8);
        json.Time(prediction.EventTime);
        json.Raw(",\"scoredAt\":"u8);
        json.Time(prediction.ScoredAt);
        json.Raw(",\"latencyMs\":"u8);
        json.Milliseconds(prediction.ScoredAt - prediction.ReceivedAt);
        json.Raw(",\"source\":{\"topic\":"u8);
        json.Raw(prediction.FromHttp ? "\"http\""u8 : _topic);
        json.Raw(",\"partition\":"u8);
        json.Number((long)prediction.Source.Partition);
        json.Raw(",\"offset\":"u8);
        json.Number(prediction.Source.Offset);
        json.Raw("}"u8);
        for (var f = 0; f < prediction.Features.Length; f++)
        {
            json.Raw(_features[f]);
            json.Number(prediction.Features[f]);
        }

        json.Raw(prediction.Features.IsEmpty ? "}"u8 : "}}"u8);
        return json.Length;
    }

    /// <summary>Writes one object as a value of a larger text.</summary>
    public void Write(Utf8JsonWriter writer, in Prediction prediction)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(MaxLength(prediction));
        writer.WriteRawValue(buffer.AsSpan(0, Format(prediction, buffer)), skipInputValidation: true);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private static void AppendVersion(ref JsonCursor json, in Prediction prediction)
    {
        if (prediction.Version > 0)
        {
            json.Raw("\""u8);
            json.Number((long)prediction.Version);
            json.Raw("\""u8);
        }
        else
        {
            json.Raw("null"u8);
        }

        json.Raw(",\"variant\":"u8);
        json.Raw(prediction.Outcome is Outcome.Scored or Outcome.Fallback ? Variants[(int)prediction.Variant] : "null"u8);
    }

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[][] EncodeNames<TEnum>()
        where TEnum : struct, Enum =>
        [.. Enum.GetNames<TEnum>().Select(name => Utf8(Quoted(JsonNamingPolicy.CamelCase.ConvertName(name))))];
}
