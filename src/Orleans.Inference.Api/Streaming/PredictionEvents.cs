using System.Buffers;
using Orleans.Inference.Api.Json;
using Orleans.Inference.Api.Problems;
using Orleans.Inference.Predictions;

namespace Orleans.Inference.Api.Streaming;

/// <summary>The frames of the stream, as https://html.spec.whatwg.org/multipage/server-sent-events.html has them. JSON is one line, so it needs no splitting.</summary>
internal static class PredictionEvents
{
    public static void WriteComment(IBufferWriter<byte> target, ReadOnlySpan<byte> text)
    {
        target.Write(": "u8);
        target.Write(text);
        target.Write("\n\n"u8);
    }

    /// <summary>Writes the prediction if the reader wants it, and tells how many bytes that took.</summary>
    public static int WritePrediction(IBufferWriter<byte> target, PredictionJson json, byte[] encoded, PredictionFilter filter)
    {
        var prediction = PredictionCodec.Decode(encoded);
        if (!filter.Matches(prediction))
        {
            return 0;
        }

        using var buffer = JsonBuffer.Rent();
        json.Write(buffer.Writer, prediction);
        var written = buffer.Written;
        target.Write("event: prediction\ndata: "u8);
        target.Write(written);
        target.Write("\n\n"u8);
        return written.Length + 26;
    }

    /// <summary>Tells why the stream ends. Not named <c>error</c>: browsers use that name for lost connections.</summary>
    public static void WriteEnd(IBufferWriter<byte> target, ApiProblem problem)
    {
        using var buffer = JsonBuffer.Rent();
        problem.Write(buffer.Writer);
        target.Write("event: dropped\ndata: "u8);
        target.Write(buffer.Written);
        target.Write("\n\n"u8);
    }
}
