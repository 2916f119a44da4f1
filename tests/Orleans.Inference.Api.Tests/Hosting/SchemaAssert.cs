using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orleans.Inference.Api.Tests.Hosting;

/// <summary>Checks a document against a schema of an OpenAPI document: as much of JSON Schema as ours use.</summary>
internal static class SchemaAssert
{
    public static void Fits(JsonNode document, JsonNode schema, JsonNode? value, string at)
    {
        if ((string?)schema["$ref"] is { } reference)
        {
            var target = document["components"]!["schemas"]![reference["#/components/schemas/".Length..]];
            Assert.True(target is not null, $"{at}: {reference} is not there");
            Fits(document, target, value, at);
            return;
        }

        if (schema["oneOf"]?.AsArray() is { } choices)
        {
            // Ours only say: null, or one other schema.
            var other = choices.Single(choice => (string?)choice!["type"] != "null")!;
            if (value is not null)
            {
                Fits(document, other, value, at);
            }

            return;
        }

        AssertType(schema, value, at);
        if (value is JsonObject members)
        {
            AssertMembers(document, schema, members, at);
        }
        else if (value is JsonArray elements && schema["items"] is { } items)
        {
            for (var i = 0; i < elements.Count; i++)
            {
                Fits(document, items, elements[i], $"{at}[{i}]");
            }
        }
    }

    private static void AssertMembers(JsonNode document, JsonNode schema, JsonObject members, string at)
    {
        foreach (var required in schema["required"]?.AsArray() ?? [])
        {
            Assert.True(members.ContainsKey((string)required!), $"{at}.{required} is required but absent");
        }

        if (schema["properties"] is null && schema["additionalProperties"] is null)
        {
            // Any object.
            return;
        }

        foreach (var (name, member) in members)
        {
            var described = schema["properties"]?[name] ?? schema["additionalProperties"];
            Assert.True(described is not null, $"{at}.{name} is not described");
            Fits(document, described, member, $"{at}.{name}");
        }
    }

    private static void AssertType(JsonNode schema, JsonNode? value, string at)
    {
        if (schema["type"] is not { } type)
        {
            return;
        }

        var allowed = type is JsonArray several ? several.Select(one => (string)one!).ToList() : [(string)type!];
        var actual = value?.GetValueKind() switch
        {
            null => "null",
            JsonValueKind.True or JsonValueKind.False => "boolean",
            JsonValueKind.Number => allowed.Contains("integer") && value.ToJsonString().All(c => char.IsAsciiDigit(c) || c == '-') ? "integer" : "number",
            var kind => kind.ToString()!.ToLowerInvariant(),
        };
        Assert.True(allowed.Contains(actual), $"{at} is {actual}, described as {string.Join(" or ", allowed)}");
    }
}
