namespace Orleans.Inference.Models.Onnx;

/// <summary>The batches that a session is called with, whatever the batches that arrive.</summary>
/// <param name="Multiple">Rows are filled up with zeros to a multiple of this.</param>
/// <param name="Chunk">At most so many rows a call; a multiple of <paramref name="Multiple"/>.</param>
internal readonly record struct OnnxBatchShape(int Multiple, int Chunk)
{
    /// <summary>
    /// From fast to safe. Trees and products with constant weights, which are packed at load, score alike in any batch; 1,024 rows are where
    /// larger batches stop to pay and stay in the cache. A product of two computed matrices may have one kernel for a single row and another
    /// for more, which round differently; sixteen rows fill the widest vector (AVX-512, float32) and leave no rest. What even then depends
    /// on its neighbours (a model that normalises over the batch) is called row by row.
    /// </summary>
    public static ReadOnlySpan<OnnxBatchShape> FastestFirst => new OnnxBatchShape[] { new(1, 1024), new(16, 1024), new(1, 1) };

    /// <summary>Rows of the call that scores <paramref name="rows"/> rows.</summary>
    public int Filled(int rows) => (rows + Multiple - 1) / Multiple * Multiple;
}
