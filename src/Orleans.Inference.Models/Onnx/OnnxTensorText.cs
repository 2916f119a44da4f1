using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Orleans.Inference.Models.Onnx;

/// <summary>Tensors as messages name them: <c>"features" float32 [?, 15]</c>.</summary>
internal static class OnnxTensorText
{
    public static string List(IReadOnlyDictionary<string, NodeMetadata> tensors) =>
        tensors.Count == 0 ? "none" : string.Join(", ", tensors.Select(tensor => Describe(tensor.Key, tensor.Value)));

    public static string Describe(string name, NodeMetadata tensor) =>
        tensor.IsTensor ? $"\"{name}\" {Describe(tensor)}" : $"\"{name}\" {Kind(tensor.OnnxValueType)}";

    public static string Describe(NodeMetadata tensor) => $"{TypeName(tensor.ElementDataType)} {Shape(tensor)}";

    public static string Shape(ReadOnlySpan<long> dimensions) => $"[{string.Join(", ", dimensions.ToArray())}]";

    public static string TypeName(TensorElementType type) => type switch
    {
        TensorElementType.Float => "float32",
        TensorElementType.Double => "float64",
        _ => type.ToString().ToLowerInvariant(),
    };

    public static string Kind(OnnxValueType type) => type switch
    {
        OnnxValueType.ONNX_TYPE_SEQUENCE => "a sequence",
        OnnxValueType.ONNX_TYPE_MAP => "a map",
        OnnxValueType.ONNX_TYPE_OPTIONAL => "an optional",
        _ => "not a tensor",
    };

    private static string Shape(NodeMetadata tensor) =>
        tensor.Dimensions.Length == 0
            ? "of unknown shape"
            : $"[{string.Join(", ", tensor.Dimensions.Select(dimension => dimension < 0 ? "?" : dimension.ToString()))}]";
}
