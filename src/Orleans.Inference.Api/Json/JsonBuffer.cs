using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Orleans.Inference.Api.Json;

/// <summary>
/// A JSON writer over a buffer, kept by the thread that used it last, so that answers allocate nothing. Rent, write, send and dispose without
/// awaiting in between.
/// </summary>
internal sealed class JsonBuffer : IDisposable
{
    // Larger buffers are left to the collector: one huge answer must not hold its memory for ever.
    private const int LargestKept = 256 * 1024;

    [ThreadStatic]
    private static JsonBuffer? _kept;

    private readonly ArrayBufferWriter<byte> _bytes = new(1024);

    private JsonBuffer()
    {
        // The writers are all ours and their tests check the documents, so the writer need not.
        Writer = new Utf8JsonWriter(_bytes, new JsonWriterOptions { SkipValidation = true });
    }

    public Utf8JsonWriter Writer { get; }

    /// <summary>What has been written so far.</summary>
    public ReadOnlySpan<byte> Written
    {
        get
        {
            Writer.Flush();
            return _bytes.WrittenSpan;
        }
    }

    public static JsonBuffer Rent()
    {
        var kept = _kept ?? new JsonBuffer();
        _kept = null;
        return kept;
    }

    /// <summary>Hands the document to the response, with its length; the server flushes it when the request ends.</summary>
    public void Send(HttpResponse response, string contentType)
    {
        var written = Written;
        response.ContentType = contentType;
        response.ContentLength = written.Length;
        response.BodyWriter.Write(written);
    }

    public void Dispose()
    {
        _bytes.ResetWrittenCount();
        Writer.Reset();
        if (_bytes.Capacity <= LargestKept)
        {
            _kept = this;
        }
    }
}
