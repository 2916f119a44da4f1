using System.Runtime.InteropServices;

namespace Orleans.Inference.Conformance.ModelRuntimes.OnnxWriting;

/// <summary>Element types, by their numbers in <c>TensorProto.DataType</c>.</summary>
internal enum OnnxElement
{
    Float = 1,
    Int64 = 7,
    Text = 8,
    Double = 11,
}

/// <summary>
/// Writes an ONNX model node by node (field numbers: onnx.proto of ONNX 1.12; ir_version 8, opset 17, ai.onnx.ml 2). A dimension is a number,
/// or null where it is open.
/// </summary>
internal sealed class OnnxModelWriter
{
    public const string MachineLearning = "ai.onnx.ml";
    private readonly ProtoWriter _graph = new ProtoWriter().Text(2, "graph");
    private int _constants;

    public OnnxModelWriter Input(string name, OnnxElement element, params long?[] dimensions)
    {
        _graph.Message(11, Value(name, TensorType(element, dimensions)));
        return this;
    }

    public OnnxModelWriter Output(string name, OnnxElement element, params long?[] dimensions)
    {
        _graph.Message(12, Value(name, TensorType(element, dimensions)));
        return this;
    }

    /// <summary>An output as ZipMap makes it: a sequence of maps from class to probability.</summary>
    public OnnxModelWriter MapOutput(string name)
    {
        ProtoWriter map = new ProtoWriter().Int(1, (int)OnnxElement.Int64).Message(2, TensorType(OnnxElement.Float, []));
        ProtoWriter element = new ProtoWriter().Message(5, map);
        _graph.Message(12, Value(name, new ProtoWriter().Message(4, new ProtoWriter().Message(1, element))));
        return this;
    }

    public string Constant(float[] values, params long[] dimensions) =>
        Constant(OnnxElement.Float, MemoryMarshal.AsBytes<float>(values), dimensions);

    public string Constant(double[] values, params long[] dimensions) =>
        Constant(OnnxElement.Double, MemoryMarshal.AsBytes<double>(values), dimensions);

    public string Constant(long[] values, params long[] dimensions) =>
        Constant(OnnxElement.Int64, MemoryMarshal.AsBytes<long>(values), dimensions);

    public OnnxModelWriter Node(string operation, string[] inputs, string[] outputs, params OnnxAttribute[] attributes) =>
        Node("", operation, inputs, outputs, attributes);

    public OnnxModelWriter Node(string domain, string operation, string[] inputs, string[] outputs, params OnnxAttribute[] attributes)
    {
        var node = new ProtoWriter();
        foreach (string input in inputs)
            node.Text(1, input);
        foreach (string output in outputs)
            node.Text(2, output);
        node.Text(4, operation);
        foreach (OnnxAttribute attribute in attributes)
            node.Message(5, attribute.Message);
        _graph.Message(1, node.Text(7, domain));
        return this;
    }

    public byte[] ToArray() =>
        new ProtoWriter()
            .Int(1, 8)
            .Text(2, "orleans-inference-tests")
            .Message(7, _graph)
            .Message(8, new ProtoWriter().Text(1, "").Int(2, 17))
            .Message(8, new ProtoWriter().Text(1, MachineLearning).Int(2, 2))
            .ToArray();

    private string Constant(OnnxElement element, ReadOnlySpan<byte> raw, long[] dimensions)
    {
        string name = $"constant{_constants++}";
        _graph.Message(5, new ProtoWriter().PackedInts(1, dimensions).Int(2, (int)element).Text(8, name).Bytes(9, raw));
        return name;
    }

    private static ProtoWriter Value(string name, ProtoWriter type) => new ProtoWriter().Text(1, name).Message(2, type);

    private static ProtoWriter TensorType(OnnxElement element, long?[] dimensions)
    {
        var shape = new ProtoWriter();
        foreach (long? dimension in dimensions)
            shape.Message(1, dimension is long size ? new ProtoWriter().Int(1, size) : new ProtoWriter().Text(2, "N"));
        return new ProtoWriter().Message(1, new ProtoWriter().Int(1, (int)element).Message(2, shape));
    }
}

/// <summary>A named constant of a node.</summary>
internal sealed class OnnxAttribute
{
    private OnnxAttribute(ProtoWriter message) => Message = message;

    public ProtoWriter Message { get; }

    public static OnnxAttribute Int(string name, long value) => new(Start(name, 2).Int(3, value));

    public static OnnxAttribute Text(string name, string value) => new(Start(name, 3).Text(4, value));

    public static OnnxAttribute Floats(string name, ReadOnlySpan<float> values) => new(Start(name, 6).PackedFloats(7, values));

    public static OnnxAttribute Ints(string name, ReadOnlySpan<long> values) => new(Start(name, 7).PackedInts(8, values));

    public static OnnxAttribute Texts(string name, IEnumerable<string> values)
    {
        ProtoWriter message = Start(name, 8);
        foreach (string value in values)
            message.Text(9, value);
        return new OnnxAttribute(message);
    }

    private static ProtoWriter Start(string name, int type) => new ProtoWriter().Text(1, name).Int(20, type);
}
