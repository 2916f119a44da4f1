using System.Text.Json;

namespace Orleans.Inference.Silo.Tests.Clusters;

/// <summary>A prediction as it was found in the sink.</summary>
/// <param name="EventId">Of the event it answers.</param>
/// <param name="Entity">Key of the primary entity.</param>
/// <param name="Partition">The event's source partition.</param>
/// <param name="ScoredAt">When it was scored, by the silo's clock.</param>
/// <param name="Score">What the model said.</param>
/// <param name="Features">In the model's order.</param>
internal sealed record DeliveredPrediction(string EventId, string Entity, int Partition, DateTimeOffset ScoredAt, float Score, float[] Features)
{
    public static DeliveredPrediction Of(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        var prediction = document.RootElement;
        return new DeliveredPrediction(
            prediction.GetProperty("eventId").GetString()!,
            prediction.GetProperty("entity").GetString()!,
            prediction.GetProperty("source").GetProperty("partition").GetInt32(),
            prediction.GetProperty("scoredAt").GetDateTimeOffset(),
            prediction.GetProperty("score").GetSingle(),
            [.. prediction.GetProperty("features").EnumerateObject().Select(feature => feature.Value.GetSingle())]);
    }
}
