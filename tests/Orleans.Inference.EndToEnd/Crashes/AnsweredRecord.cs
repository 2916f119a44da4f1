using System.Globalization;
using System.Text;
using System.Text.Json;
using Orleans.Inference.Delivery;

namespace Orleans.Inference.EndToEnd.Crashes;

/// <summary>A record of an output topic: its number and the source record it answers.</summary>
/// <param name="Record">As read.</param>
/// <param name="Sequence">Header <c>seq</c>.</param>
/// <param name="Source">Of a prediction its <c>source</c>, of others the headers.</param>
/// <param name="Prediction">The JSON of a prediction; null for others.</param>
internal sealed record AnsweredRecord(ReadRecord Record, long Sequence, PartitionOffset Source, JsonElement? Prediction)
{
    public static AnsweredRecord Read(ReadRecord record)
    {
        var sequence = long.Parse(record.Header("seq")!, CultureInfo.InvariantCulture);
        if (record.Header("dlq-offset") is { } offset)
        {
            var partition = int.Parse(record.Header("dlq-partition")!, CultureInfo.InvariantCulture);
            return new AnsweredRecord(record, sequence, new PartitionOffset(partition, long.Parse(offset, CultureInfo.InvariantCulture)), null);
        }

        var json = JsonDocument.Parse(record.Value).RootElement;
        var source = json.GetProperty("source");
        Assert.Equal(Encoding.UTF8.GetString(record.Key), json.GetProperty("entity").GetString());
        return new AnsweredRecord(
            record, sequence, new PartitionOffset(source.GetProperty("partition").GetInt32(), source.GetProperty("offset").GetInt64()), json);
    }

    public float[] Features(IReadOnlyList<string> names)
    {
        var features = Prediction!.Value.GetProperty("features");
        return [.. names.Select(name => NumberOf(features.GetProperty(name)))];
    }

    /// <summary>Null stands for NaN.</summary>
    public static float NumberOf(JsonElement value) => value.ValueKind == JsonValueKind.Null ? float.NaN : value.GetSingle();
}
