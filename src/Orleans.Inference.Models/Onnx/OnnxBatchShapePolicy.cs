using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Orleans.Inference.Scoring;

namespace Orleans.Inference.Models.Onnx;

/// <summary>
/// Chooses the fastest batches in which a row's score does not depend, by a single bit, on the rows around it. It is found by trying:
/// random rows over six orders of magnitude are scored in batches of many sizes and compared with the same rows in other company. Costs
/// some thousand rows at load; a model that passes could still differ in a case not tried, which is why the sizes cover every rest of a
/// vector register.
/// </summary>
internal static class OnnxBatchShapePolicy
{
    private const int Rows = 131;

    public static OnnxBatchShape Choose(InferenceSession session, OnnxSignature signature, string file)
    {
        float[] features = DrawRows(signature.FeatureCount);
        try
        {
            foreach (OnnxBatchShape shape in OnnxBatchShape.FastestFirst)
            {
                if (IsRowwise(session, signature, shape, features))
                    return shape;
            }
        }
        catch (OnnxRuntimeException fault)
        {
            throw new ModelException($"{file}: fails on random rows: {fault.Message}", fault);
        }

        throw new ModelException($"{file}: scores the same row differently from call to call; remove what is random from the graph");
    }

    private static bool IsRowwise(InferenceSession session, OnnxSignature signature, OnnxBatchShape shape, ReadOnlySpan<float> features)
    {
        using var buffer = new OnnxScoringBuffer(session, signature, shape);
        Span<float> expected = stackalloc float[Rows];
        Span<float> scores = stackalloc float[Rows];
        Score(buffer, features, signature.FeatureCount, size: 1, expected);
        ReadOnlySpan<int> sizes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 15, 16, 17, 24, 31, 33, 64, 65, 127, Rows];
        foreach (int size in sizes)
        {
            Score(buffer, features, signature.FeatureCount, Math.Min(size, shape.Chunk), scores);
            if (!SameBits(expected, scores))
                return false;
        }

        return shape.Chunk == 1 || IsRowwiseInFullChunk(buffer, signature, shape, features, expected);
    }

    private static bool IsRowwiseInFullChunk(
        OnnxScoringBuffer buffer, OnnxSignature signature, OnnxBatchShape shape, ReadOnlySpan<float> features, ReadOnlySpan<float> expected)
    {
        var repeated = new float[shape.Chunk * signature.FeatureCount];
        for (int place = 0; place < repeated.Length; place += features.Length)
            features[..Math.Min(features.Length, repeated.Length - place)].CopyTo(repeated.AsSpan(place));

        var scores = new float[shape.Chunk];
        buffer.Score(repeated, shape.Chunk, scores);
        for (int first = 0; first < scores.Length; first += Rows)
        {
            int count = Math.Min(Rows, scores.Length - first);
            if (!SameBits(expected[..count], scores.AsSpan(first, count)))
                return false;
        }

        return true;
    }

    private static void Score(OnnxScoringBuffer buffer, ReadOnlySpan<float> features, int width, int size, Span<float> scores)
    {
        for (int first = 0; first < Rows; first += size)
        {
            int count = Math.Min(size, Rows - first);
            buffer.Score(features.Slice(first * width, count * width), count, scores.Slice(first, count));
        }
    }

    private static bool SameBits(ReadOnlySpan<float> left, ReadOnlySpan<float> right) =>
        MemoryMarshal.AsBytes(left).SequenceEqual(MemoryMarshal.AsBytes(right));

    private static float[] DrawRows(int width)
    {
        var random = new Random(20260101);
        var features = new float[Rows * width];
        for (int row = 0; row < Rows; row++)
        {
            // A wide row saturates a sigmoid and hides its rounding; a narrow one does not.
            double magnitude = Math.Pow(10, (row % 7) - 3);
            for (int column = 0; column < width; column++)
                features[(row * width) + column] = (float)(((random.NextDouble() * 2) - 1) * magnitude);
        }

        return features;
    }
}
