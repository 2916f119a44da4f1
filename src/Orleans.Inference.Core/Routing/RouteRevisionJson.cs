using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orleans.Inference.Routing;

/// <summary>A revision as JSON in UTF-8: what stores keep and silos send one another. A member that a later release adds is ignored by this one.</summary>
public static class RouteRevisionJson
{
    public static byte[] Encode(RouteRevision revision) => JsonSerializer.SerializeToUtf8Bytes(revision, RouteRevisionContext.Default.RouteRevision);

    /// <exception cref="InferenceException">The bytes are no revision.</exception>
    public static RouteRevision Decode(ReadOnlySpan<byte> json)
    {
        try
        {
            if (JsonSerializer.Deserialize(json, RouteRevisionContext.Default.RouteRevision) is { Route: not null, Written: not null } revision)
            {
                return revision;
            }
        }
        catch (JsonException exception)
        {
            throw new InferenceException($"a stored revision of the route cannot be read: {exception.Message}", exception);
        }

        throw new InferenceException("a stored revision of the route has no route");
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RouteRevision))]
internal sealed partial class RouteRevisionContext : JsonSerializerContext;
