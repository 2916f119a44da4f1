using System.Text.Json;
using Orleans.Inference.Predictions;

namespace Orleans.Inference.Api.Predictions;

/// <summary>The member <c>predictions</c> of an answer.</summary>
internal static class PredictionList
{
    public static void WritePredictions(this Utf8JsonWriter writer, PredictionJson json, IReadOnlyList<byte[]> predictions)
    {
        writer.WriteStartArray("predictions"u8);
        foreach (var prediction in predictions)
        {
            json.Write(writer, PredictionCodec.Decode(prediction));
        }

        writer.WriteEndArray();
    }
}
