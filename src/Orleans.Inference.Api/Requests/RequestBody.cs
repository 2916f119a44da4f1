using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Orleans.Inference.Api.Requests;

/// <summary>
/// Reads a request's body whole, up to a limit. The array is the request's own and never reused: an engine may hold a slice of it for as long as it
/// likes, also after a cancelled call.
/// </summary>
internal static class RequestBody
{
    /// <summary>A single event or a small request: the largest record a pipeline takes.</summary>
    public const int RecordLimit = 1024 * 1024;

    /// <summary>A request of many events.</summary>
    public const int EventsLimit = 64 * 1024 * 1024;

    // A client's promised length is only a hint: it must not make the server reserve what never comes.
    private const int FirstReservation = 256 * 1024;

    /// <summary>The body, or null when it is longer than <paramref name="limit"/> bytes.</summary>
    /// <exception cref="BadHttpRequestException">The client broke the protocol.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(HttpContext context, int limit)
    {
        // The limit is kept here: the server's own would cut the connection before the client has read why.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = null;
        }

        if (context.Request.ContentLength > limit)
        {
            return null;
        }

        var reader = context.Request.BodyReader;
        byte[] bytes = [];
        var length = 0;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            var added = read.Buffer.Length;
            if (length + added > limit)
            {
                reader.AdvanceTo(read.Buffer.End);
                return null;
            }

            if (length + added > bytes.Length)
            {
                var hint = Math.Min(context.Request.ContentLength ?? 0, FirstReservation);
                Array.Resize(ref bytes, (int)Math.Max(length + added, length == 0 ? hint : Math.Min(bytes.Length * 2L, limit)));
            }

            read.Buffer.CopyTo(bytes.AsSpan(length));
            length += (int)added;
            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return bytes.AsMemory(0, length);
            }
        }
    }
}
