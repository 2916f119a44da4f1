using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Orleans.Inference.Models.Onnx;

/// <summary>
/// Native memory for one call, and a binding of it to the session's tensors for every batch size seen. One thread at a time has it.
/// The memory grows with the largest batch; then, and at the first batch of a size, something is allocated, later nothing.
/// </summary>
internal sealed unsafe class OnnxScoringBuffer : IDisposable
{
    private const int Alignment = 64;
    private readonly InferenceSession _session;
    private readonly OnnxSignature _signature;
    private readonly OnnxBatchShape _shape;
    private readonly RunOptions _runOptions = new();
    private readonly OrtIoBinding?[] _bindings;
    private float* _features;
    private byte* _output;
    private int _capacity;

    public OnnxScoringBuffer(InferenceSession session, OnnxSignature signature, OnnxBatchShape shape)
    {
        _session = session;
        _signature = signature;
        _shape = shape;
        _bindings = new OrtIoBinding?[shape.Chunk / shape.Multiple];
    }

    /// <summary>Scores up to <see cref="OnnxBatchShape.Chunk"/> rows.</summary>
    /// <exception cref="OnnxRuntimeException">The model failed.</exception>
    public void Score(ReadOnlySpan<float> features, int rows, Span<float> scores)
    {
        int filled = _shape.Filled(rows);
        EnsureCapacity(filled);
        var input = new Span<float>(_features, filled * _signature.FeatureCount);
        features.CopyTo(input);
        input[features.Length..].Clear();

        ref OrtIoBinding? binding = ref _bindings[(filled / _shape.Multiple) - 1];
        binding ??= Bind(filled);
        _session.RunWithBinding(_runOptions, binding);

        if (_signature.OutputType == TensorElementType.Double)
            CopyColumn(new ReadOnlySpan<double>(_output, rows * _signature.Columns), scores);
        else
            CopyColumn(new ReadOnlySpan<float>(_output, rows * _signature.Columns), scores);
    }

    public void Dispose()
    {
        Release();
        _runOptions.Dispose();
    }

    private void CopyColumn(ReadOnlySpan<float> output, Span<float> scores)
    {
        int place = _signature.Column;
        for (int row = 0; row < scores.Length; row++, place += _signature.Columns)
            scores[row] = output[place];
    }

    private void CopyColumn(ReadOnlySpan<double> output, Span<float> scores)
    {
        int place = _signature.Column;
        for (int row = 0; row < scores.Length; row++, place += _signature.Columns)
            scores[row] = (float)output[place];
    }

    private OrtIoBinding Bind(int rows)
    {
        OrtIoBinding binding = _session.CreateIoBinding();
        try
        {
            OrtMemoryInfo memory = OrtMemoryInfo.DefaultInstance;
            using OrtValue input = OrtValue.CreateTensorValueWithData(
                memory, TensorElementType.Float, _signature.InputShape(rows), (nint)_features, InputBytes(rows));
            using OrtValue output = OrtValue.CreateTensorValueWithData(
                memory, _signature.OutputType, _signature.OutputShape(rows), (nint)_output, OutputBytes(rows));
            binding.BindInput(_signature.InputName, input);
            binding.BindOutput(_signature.OutputName, output);
            return binding;
        }
        catch
        {
            binding.Dispose();
            throw;
        }
    }

    private void EnsureCapacity(int rows)
    {
        if (rows <= _capacity)
            return;
        Release();
        int capacity = Math.Min(_shape.Chunk, _shape.Filled((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)rows)));
        _features = (float*)NativeMemory.AlignedAlloc((nuint)InputBytes(capacity), Alignment);
        _output = (byte*)NativeMemory.AlignedAlloc((nuint)OutputBytes(capacity), Alignment);
        _capacity = capacity;
    }

    private void Release()
    {
        // The bindings point into the memory, so they go first.
        foreach (OrtIoBinding? binding in _bindings)
            binding?.Dispose();
        Array.Clear(_bindings);
        NativeMemory.AlignedFree(_features);
        NativeMemory.AlignedFree(_output);
        _features = null;
        _output = null;
        _capacity = 0;
    }

    private long InputBytes(int rows) => (long)rows * _signature.FeatureCount * sizeof(float);

    private long OutputBytes(int rows) => (long)rows * _signature.Columns * _signature.OutputElementSize;
}
