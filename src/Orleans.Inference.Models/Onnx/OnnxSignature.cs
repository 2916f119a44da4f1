using Microsoft.ML.OnnxRuntime.Tensors;

namespace Orleans.Inference.Models.Onnx;

/// <summary>How a model's tensors meet the feature matrix and the scores, checked.</summary>
/// <param name="InputName">The float32 [N, F] input.</param>
/// <param name="FeatureCount">F.</param>
/// <param name="OutputName">The only output that is asked for.</param>
/// <param name="OutputType">Float or double.</param>
/// <param name="Columns">C of an [N, C] output; 1 for [N] and [N, 1].</param>
/// <param name="Column">Which of the columns is the score.</param>
/// <param name="OutputIsVector">True for [N], false for [N, C].</param>
internal sealed record OnnxSignature(
    string InputName,
    int FeatureCount,
    string OutputName,
    TensorElementType OutputType,
    int Columns,
    int Column,
    bool OutputIsVector)
{
    public int OutputElementSize => OutputType == TensorElementType.Double ? sizeof(double) : sizeof(float);

    public long[] InputShape(int rows) => [rows, FeatureCount];

    public long[] OutputShape(int rows) => OutputIsVector ? [rows] : [rows, Columns];
}
