using System.Text.Json;
using Orleans.Inference.Api.Json;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Api.Routes;

/// <summary>A revision of a route as a document: the route as a pipeline's file has it, its number, and who made it when.</summary>
internal static class RouteJson
{
    public static void WriteRoute(this Utf8JsonWriter writer, RouteRevision revision)
    {
        writer.WriteStartObject();
        writer.WriteNumber("champion"u8, revision.Route.Champion);
        if (revision.Route.Fallback is { } fallback)
        {
            writer.WriteStartObject("fallback"u8);
            if (fallback.Version is { } version)
            {
                writer.WriteNumber("version"u8, version);
            }
            else
            {
                writer.WriteFinite("value", fallback.Value ?? float.NaN);
            }

            writer.WriteEndObject();
        }

        writer.WriteNumber("revision"u8, revision.Number);
        writer.WriteTime("changedAt", revision.ChangedAt);
        writer.WriteString("author"u8, revision.Author);
        writer.WriteEndObject();
    }
}
