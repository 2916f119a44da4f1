using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans.Inference.Checkpoints;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Storage.Sqlite;

/// <summary>
/// The checkpoint header and the revisions of the route as JSON: small, seldom written, and readable with any SQLite shell when something is wrong.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(CheckpointHeader))]
[JsonSerializable(typeof(RouteRevision))]
internal sealed partial class HeaderJson : JsonSerializerContext
{
    public static string Write(CheckpointHeader header) => JsonSerializer.Serialize(header, Default.CheckpointHeader);

    public static string Write(RouteRevision route) => JsonSerializer.Serialize(route, Default.RouteRevision);

    /// <exception cref="InferenceException">The text is not a revision of a route.</exception>
    public static RouteRevision ReadRoute(string json, string path)
    {
        try
        {
            return JsonSerializer.Deserialize(json, Default.RouteRevision) is { Route: not null, Written: not null } route
                ? route
                : throw SqliteFault.Damaged(path, "a revision of its route has no route");
        }
        catch (JsonException exception)
        {
            throw SqliteFault.Damaged(path, $"a revision of its route: {exception.Message}");
        }
    }

    /// <exception cref="InferenceException">The text is not a header.</exception>
    public static CheckpointHeader Read(string json, string path)
    {
        try
        {
            return JsonSerializer.Deserialize(json, Default.CheckpointHeader)
                ?? throw SqliteFault.Damaged(path, "its checkpoint header is null");
        }
        catch (JsonException exception)
        {
            throw SqliteFault.Damaged(path, $"its checkpoint header: {exception.Message}");
        }
    }
}
