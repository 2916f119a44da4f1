using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orleans.Inference.EndToEnd.Infrastructure.Yaml;

/// <summary>Short ways into JSON that say where something is missing.</summary>
internal static class JsonReading
{
    /// <summary>The node at a path of names and indices, such as <c>spec.template.spec.containers.0</c>; fails when there is none.</summary>
    public static JsonNode At(this JsonNode node, string path) =>
        node.Find(path) ?? throw new InvalidDataException($"{node.GetPath()}: there is no {path}");

    /// <summary>The node at a path, or null.</summary>
    public static JsonNode? Find(this JsonNode node, string path)
    {
        JsonNode? at = node;
        foreach (var step in path.Split('.'))
        {
            at = at switch
            {
                JsonObject map => map[step],
                JsonArray list when int.TryParse(step, out var index) && index < list.Count => list[index],
                _ => null,
            };
        }

        return at;
    }

    public static string Text(this JsonNode node, string path) => node.At(path).Text();

    public static string Text(this JsonNode node) => node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : node.ToJsonString();

    public static int Number(this JsonNode node, string path) => node.At(path).GetValue<long>() is var number ? checked((int)number) : 0;

    /// <summary>The elements of a list; nothing when it is not there.</summary>
    public static IEnumerable<JsonNode> List(this JsonNode node, string path) => (node.Find(path) as JsonArray)?.OfType<JsonNode>() ?? [];

    /// <summary>Every node below and including this one.</summary>
    public static IEnumerable<JsonNode> Everything(this JsonNode node)
    {
        var children = node switch
        {
            JsonObject map => map.Select(entry => entry.Value),
            JsonArray list => list,
            _ => [],
        };
        return children.OfType<JsonNode>().SelectMany(Everything).Prepend(node);
    }
}
