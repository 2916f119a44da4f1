using System.Text.Json;
using Orleans.Inference.Api.Json;
using Orleans.Inference.Engines;

namespace Orleans.Inference.Api.Pipelines;

/// <summary>An engine's live figures; a latency that is not known is null.</summary>
internal static class FiguresJson
{
    public static void Write(Utf8JsonWriter writer, EngineFigures figures)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("events"u8);
        writer.WriteNumber("scored"u8, figures.Scored);
        writer.WriteNumber("fallback"u8, figures.Fallback);
        writer.WriteNumber("rejected"u8, figures.Rejected);
        writer.WriteNumber("late"u8, figures.Late);
        writer.WriteNumber("failed"u8, figures.Failed);
        writer.WriteEndObject();
        writer.WriteFigure("eventsPerSecond", figures.EventsPerSecond);
        writer.WriteFigure("latencyP50Ms", figures.LatencyP50Ms);
        writer.WriteFigure("latencyP99Ms", figures.LatencyP99Ms);
        writer.WriteStartObject("entitiesActive"u8);
        foreach (var (type, count) in figures.EntitiesActive)
        {
            writer.WriteNumber(type, count);
        }

        writer.WriteEndObject();
        writer.WriteStartObject("consumerLag"u8);
        foreach (var (partition, lag) in figures.ConsumerLag)
        {
            writer.WriteNumber(partition.ToString(), lag);
        }

        writer.WriteEndObject();
        writer.WriteNumber("checkpoints"u8, figures.Checkpoints);
        writer.WriteTime("lastCheckpointAt", figures.LastCheckpointAt);
        writer.WriteEndObject();
    }
}
