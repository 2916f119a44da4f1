using System.Text.Json;

namespace Orleans.Inference.Api.Predictions;

/// <summary>The request <c>{"entities": [key, ...]}</c>. Other members are ignored; a key that comes twice is answered once.</summary>
internal static class BatchGetRequest
{
    private const string Wanted = "The body must be {\"entities\": [key, ...]} with keys as strings";

    public static bool TryRead(ReadOnlySpan<byte> json, out IReadOnlyList<string> entities, out string fault)
    {
        entities = [];
        try
        {
            var reader = new Utf8JsonReader(json);
            if (Find(ref reader) is { } found)
            {
                entities = found;
                fault = "";
                return true;
            }

            fault = Wanted + ".";
        }
        catch (JsonException exception)
        {
            fault = $"The body is not valid JSON (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}).";
        }
        catch (InvalidOperationException)
        {
            // The reader's way of saying that a string holds half a surrogate pair or no UTF-8.
            fault = Wanted + " of valid Unicode.";
        }

        return false;
    }

    private static List<string>? Find(ref Utf8JsonReader reader)
    {
        List<string>? found = null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isEntities = reader.ValueTextEquals("entities"u8);
            reader.Read();
            if (!isEntities)
            {
                reader.Skip();
            }
            else if ((found = Keys(ref reader)) is null)
            {
                return null;
            }
        }

        // Whatever follows the object is a fault, which the next read reports.
        reader.Read();
        return found;
    }

    private static List<string>? Keys(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return null;
        }

        var keys = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.String)
            {
                return null;
            }

            var key = reader.GetString()!;
            if (seen.Add(key))
            {
                keys.Add(key);
            }
        }

        return keys;
    }
}
