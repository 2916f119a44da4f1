using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Orleans.Inference.EndToEnd.Infrastructure.Yaml;

/// <summary>YAML as JSON: what Kubernetes and Prometheus make of it. Keys that are there twice are errors.</summary>
internal static class YamlFile
{
    /// <summary>The documents of a file, empty ones left out.</summary>
    public static IReadOnlyList<JsonNode> Read(string file)
    {
        try
        {
            return Parse(File.ReadAllText(file));
        }
        catch (YamlException exception)
        {
            throw new InvalidDataException($"{file}: {exception.Start}: {exception.Message}", exception);
        }
    }

    public static IReadOnlyList<JsonNode> Parse(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return [.. stream.Documents.Select(document => NodeOf(document.RootNode)).OfType<JsonNode>()];
    }

    private static JsonNode? NodeOf(YamlNode node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(mapping.Select(entry => KeyValuePair.Create(((YamlScalarNode)entry.Key).Value!, NodeOf(entry.Value)))),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Select(NodeOf)]),
        YamlScalarNode { Style: ScalarStyle.Plain } scalar => ValueOf(scalar.Value ?? ""),
        YamlScalarNode scalar => JsonValue.Create(scalar.Value),
        _ => throw new InvalidDataException($"{node.Start}: {node.NodeType} is not expected here"),
    };

    private static JsonValue? ValueOf(string text) => text switch
    {
        "" or "null" or "~" => null,
        "true" => JsonValue.Create(true),
        "false" => JsonValue.Create(false),
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        _ => JsonValue.Create(text),
    };
}
