namespace Orleans.Inference.Models.Onnx;

/// <summary>The batches that a session is called with, whatever the batches that arrive.</summary>
/// <param name="Multiple">Rows are filled up with zeros to a multiple of this.</param>
/// <param name="Chunk">At most so many rows a call; a multiple of <paramref name="Multiple"/>.</param>
internal readonly record struct OnnxBatchShape(int Multiple, int Chunk)
{
    /// <summary>
    /// From fast to safe. Trees are happy with the first. A matrix product has other kernels for one row and for the rest that fills no
    /// vector register, which round differently; sixteen rows fill the widest (AVX-512, float32) and have no rest. What even then depends on
    /// its neighbours (a model that normalises over the batch) is called row by row.
    /// </summary>
    public static ReadOnlySpan<OnnxBatchShape> FastestFirst => new OnnxBatchShape[] { new(1, 1024), new(16, 1024), new(1, 1) };

    /// <summary>Rows of the call that scores <paramref name="rows"/> rows.</summary>
    public int Filled(int rows) => (rows + Multiple - 1) / Multiple * Multiple;
}
