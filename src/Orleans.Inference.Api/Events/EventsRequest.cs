using System.Net.Http.Headers;
using System.Text.Json;

namespace Orleans.Inference.Api.Events;

/// <summary>
/// Splits a request's body into events without reading them: elements of a JSON array, or lines. A broken array is refused as a whole; a broken
/// line is one bad event. Slices point into the body.
/// </summary>
internal static class EventsRequest
{
    private const int DeepestElement = 1000;

    /// <summary>Blank lines are no events and have no index.</summary>
    public static bool TrySplit(string? contentType, ReadOnlyMemory<byte> body, out List<ReadOnlyMemory<byte>> events, out string fault)
    {
        events = [];
        fault = "";
        if (body.Span.StartsWith("\uFEFF"u8))
        {
            body = body[3..];
        }

        var trimmed = body.Trim(" \t\r\n"u8);
        if (IsLines(contentType))
        {
            SplitLines(trimmed, events);
            return true;
        }

        switch (trimmed.IsEmpty ? (byte)0 : trimmed.Span[0])
        {
            case (byte)'[':
                return TrySplitArray(trimmed, events, out fault);
            case (byte)'{' when IsOneValue(trimmed.Span):
                // One object over several lines is surely meant as one event.
                events.Add(trimmed);
                return true;
            case (byte)'{':
                SplitLines(trimmed, events);
                return true;
            default:
                fault = "The body must be a JSON array of events, or one event a line.";
                return false;
        }
    }

    private static bool IsLines(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && string.Equals(type.MediaType, "application/x-ndjson", StringComparison.OrdinalIgnoreCase);

    private static void SplitLines(ReadOnlyMemory<byte> body, List<ReadOnlyMemory<byte>> events)
    {
        while (!body.IsEmpty)
        {
            var end = body.Span.IndexOf((byte)'\n');
            var line = (end < 0 ? body : body[..end]).Trim(" \t\r"u8);
            if (!line.IsEmpty)
            {
                events.Add(line);
            }

            body = end < 0 ? default : body[(end + 1)..];
        }
    }

    private static bool TrySplitArray(ReadOnlyMemory<byte> body, List<ReadOnlyMemory<byte>> events, out string fault)
    {
        try
        {
            var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = DeepestElement });
            reader.Read();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                events.Add(body[start..(int)reader.BytesConsumed]);
            }

            // Whatever follows the array is a fault, which the next read reports.
            reader.Read();
            fault = "";
            return true;
        }
        catch (JsonException exception)
        {
            fault = $"The array is not valid JSON (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}).";
            return false;
        }
    }

    private static bool IsOneValue(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = DeepestElement });
            reader.Read();
            reader.Skip();
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
