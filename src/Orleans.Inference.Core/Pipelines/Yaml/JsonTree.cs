using System.Text.Json;

namespace Orleans.Inference.Pipelines.Yaml;

/// <summary>Reads JSON into the nodes of pipeline files, so that both are judged by the same rules. Places are not known.</summary>
internal static class JsonTree
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    /// <exception cref="JsonException">The text is not JSON, is nested too deeply, or has a member twice.</exception>
    public static YamlNode Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, Options);
        return NodeOf(document.RootElement);
    }

    private static YamlNode NodeOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => new YamlMapping(
            default, [.. element.EnumerateObject().Where(IsThere).Select(member => new YamlEntry(Text(member.Name), NodeOf(member.Value)))]),
        JsonValueKind.Array => new YamlSequence(default, [.. element.EnumerateArray().Select(NodeOf)]),
        JsonValueKind.String => Text(element.GetString()!),
        _ => new YamlScalar(default, element.GetRawText(), IsPlain: true),
    };

    // Programs write null for what is not there; a pipeline file leaves it out.
    private static bool IsThere(JsonProperty member) => member.Value.ValueKind != JsonValueKind.Null;

    private static YamlScalar Text(string text) => new(default, text, IsPlain: false);
}
