using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Scoring;

namespace Orleans.Inference.Models.Onnx;

/// <summary>
/// Checks what a model declares against what its pipeline gives and wants, then runs a few rows, because a declaration may leave shapes open.
/// Every fault is a <see cref="ModelException"/> that names the file, the tensor, what was found and what was expected.
/// </summary>
internal static class OnnxSignatureValidator
{
    // Three, so that a batch dimension cannot be mistaken for a column: two rows of a [1, 2] answer look like two scores.
    private const int ProbeRows = 3;

    public static OnnxSignature Validate(InferenceSession session, string file, PipelineModel pipeline)
    {
        ModelBindingModel binding = pipeline.Model;
        int features = pipeline.Features.Count;
        string input = FindInput(session, file, binding.InputName);
        CheckInput(session.InputMetadata[input], input, file, features);
        TensorElementType type = CheckOutput(session, file, binding);
        long[] shape = Probe(session, file, input, features, binding.ScoreOutput);
        return Bind(file, binding, input, features, type, shape);
    }

    private static string FindInput(InferenceSession session, string file, string? wanted)
    {
        IReadOnlyDictionary<string, NodeMetadata> inputs = session.InputMetadata;
        string list = OnnxTensorText.List(inputs);
        if (wanted is not null && !inputs.ContainsKey(wanted))
            throw new ModelException($"{file}: has no input \"{wanted}\"; inputs: {list}");
        if (inputs.Count != 1)
            throw new ModelException($"{file}: has {inputs.Count} inputs, expected one float32 [N, F]; inputs: {list}");
        return inputs.Keys.Single();
    }

    private static void CheckInput(NodeMetadata input, string name, string file, int features)
    {
        string expected = $"expected float32 [?, {features}] for the pipeline's {features} features";
        string found = $"{file}: input {OnnxTensorText.Describe(name, input)}";
        if (!input.IsTensor || input.ElementDataType != TensorElementType.Float)
            throw new ModelException($"{found}: wrong type, {expected}");

        int[] dimensions = input.Dimensions;
        if (dimensions.Length == 0)
            return; // Nothing is declared; the probe decides.
        if (dimensions.Length != 2)
            throw new ModelException($"{found}: wrong rank {dimensions.Length}, {expected}");
        if (dimensions[1] >= 0 && dimensions[1] != features)
            throw new ModelException($"{found}: takes {dimensions[1]} columns, {expected}");
        if (dimensions[0] >= 0)
        {
            throw new ModelException(
                $"{found}: its batch dimension is fixed to {dimensions[0]}, {expected}; export the model with a dynamic batch dimension");
        }
    }

    private static TensorElementType CheckOutput(InferenceSession session, string file, ModelBindingModel binding)
    {
        string name = binding.ScoreOutput;
        if (!session.OutputMetadata.TryGetValue(name, out NodeMetadata? output))
            throw new ModelException($"{file}: has no output \"{name}\"; outputs: {OnnxTensorText.List(session.OutputMetadata)}");

        string expected = binding.ScoreColumn is int column
            ? $"expected float32 or float64 [?, C] with C > {column}"
            : "expected float32 or float64 [?] or [?, 1]";
        if (output.OnnxValueType is OnnxValueType.ONNX_TYPE_SEQUENCE or OnnxValueType.ONNX_TYPE_MAP)
        {
            throw new ModelException(
                $"{file}: output \"{name}\" is {OnnxTensorText.Kind(output.OnnxValueType)} of maps, {expected}; "
                + "export the model with zipmap=False");
        }

        if (!output.IsTensor || output.ElementDataType is not (TensorElementType.Float or TensorElementType.Double))
        {
            throw new ModelException(
                $"{file}: output {OnnxTensorText.Describe(name, output)}: wrong type, {expected}; "
                + $"outputs: {OnnxTensorText.List(session.OutputMetadata)}");
        }

        if (output.Dimensions.Length > 0 && output.Dimensions[0] >= 0)
        {
            throw new ModelException(
                $"{file}: output {OnnxTensorText.Describe(name, output)}: its batch dimension is fixed to {output.Dimensions[0]}, {expected}; "
                + "export the model with a dynamic batch dimension");
        }

        return output.ElementDataType;
    }

    private static long[] Probe(InferenceSession session, string file, string input, int features, string output)
    {
        long[] shape = RunProbe(session, file, input, features, output, rows: 1);
        if (shape.Length == 0 || shape[0] != 1)
            throw WrongRows(file, output, shape, rows: 1);
        shape = RunProbe(session, file, input, features, output, ProbeRows);
        return shape.Length > 0 && shape[0] == ProbeRows ? shape : throw WrongRows(file, output, shape, ProbeRows);
    }

    private static ModelException WrongRows(string file, string output, long[] shape, int rows) =>
        new($"{file}: output \"{output}\" is {OnnxTensorText.Shape(shape)} for {rows} row(s), expected {rows} as the first dimension");

    private static long[] RunProbe(InferenceSession session, string file, string input, int features, string output, int rows)
    {
        using OrtValue zeros = OrtValue.CreateTensorValueFromMemory(new float[rows * features], [rows, features]);
        try
        {
            using var options = new RunOptions();
            using IDisposableReadOnlyCollection<OrtValue> results = session.Run(options, [input], [zeros], [output]);
            return results[0].GetTensorTypeAndShape().Shape;
        }
        catch (OnnxRuntimeException fault)
        {
            throw new ModelException(
                $"{file}: fails on input \"{input}\" float32 [{rows}, {features}] of zeros: {fault.Message}", fault);
        }
    }

    private static OnnxSignature Bind(
        string file, ModelBindingModel binding, string input, int features, TensorElementType type, long[] shape)
    {
        string name = binding.ScoreOutput;
        string found = $"{file}: output \"{name}\" is {OnnxTensorText.TypeName(type)} {OnnxTensorText.Shape(shape)} for {ProbeRows} rows";
        if (shape.Length > 2)
            throw new ModelException($"{found}: wrong rank {shape.Length}, expected [N], [N, 1] or [N, C]");

        bool vector = shape.Length == 1;
        int columns = vector ? 1 : (int)shape[1];
        if (binding.ScoreColumn is int column)
        {
            if (vector)
                throw new ModelException($"{found}: expected [N, C] for score: {name}[{column}]; write score: {name}");
            if (column < 0 || column >= columns)
                throw new ModelException($"{found}: expected more than {column} columns for score: {name}[{column}]");
            return new OnnxSignature(input, features, name, type, columns, column, OutputIsVector: false);
        }

        if (columns != 1)
            throw new ModelException($"{found}: expected [N] or [N, 1] for score: {name}; say which column, such as {name}[{columns - 1}]");
        return new OnnxSignature(input, features, name, type, columns, 0, vector);
    }
}
