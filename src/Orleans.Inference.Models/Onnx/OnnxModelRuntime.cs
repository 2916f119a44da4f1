using Microsoft.ML.OnnxRuntime;
using Orleans.Inference.Scoring;

namespace Orleans.Inference.Models.Onnx;

/// <summary>
/// One version in process: a session that runs on the calling thread, and as many buffers as there were callers at once. The features are
/// copied once, into native memory that the session is bound to (60 bytes a row of 15 features, nothing beside the model's own work).
/// Cost beside the model: about 1.5 us a call, two locks of a few instructions each included.
/// </summary>
internal sealed class OnnxModelRuntime : IModelRuntime
{
    private readonly Lock _lock = new();
    private readonly InferenceSession _session;
    private readonly OnnxSignature _signature;
    private readonly OnnxBatchShape _shape;
    private readonly string _file;

    // Under the lock.
    private readonly Stack<OnnxScoringBuffer> _idle = new();
    private int _inFlight;
    private bool _disposed;

    /// <summary>Takes over <paramref name="session"/>.</summary>
    public OnnxModelRuntime(InferenceSession session, OnnxSignature signature, OnnxBatchShape shape, string file, int version)
    {
        _session = session;
        _signature = signature;
        _shape = shape;
        _file = file;
        Version = version;
    }

    public int Version { get; }

    public int FeatureCount => _signature.FeatureCount;

    /// <summary>The batches that the session is called with.</summary>
    public OnnxBatchShape BatchShape => _shape;

    /// <summary>Takes over <paramref name="session"/> and chooses the fastest batches in which this model scores each row by itself.</summary>
    /// <exception cref="ModelException">The model fails on the rows it is tried with, or answers one row now so and now so.</exception>
    public static OnnxModelRuntime Create(InferenceSession session, OnnxSignature signature, string file, int version)
    {
        OnnxBatchShape shape = OnnxBatchShapePolicy.Choose(session, signature, file);
        return new OnnxModelRuntime(session, signature, shape, file, version);
    }

    /// <inheritdoc/>
    public bool TryScore(ReadOnlySpan<float> features, int rows, Span<float> scores, out string? error)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        int width = _signature.FeatureCount;
        if (features.Length < (long)rows * width)
            throw new ArgumentException($"{rows} rows of {width} features need {(long)rows * width} values, found {features.Length}.", nameof(features));
        if (scores.Length < rows)
            throw new ArgumentException($"{rows} rows need as many scores, found room for {scores.Length}.", nameof(scores));

        error = null;
        if (rows == 0)
            return true;
        if (!TryRent(out OnnxScoringBuffer? buffer))
        {
            error = $"version {Version} is unloaded";
            return false;
        }

        try
        {
            for (int first = 0; first < rows; first += _shape.Chunk)
            {
                int count = Math.Min(_shape.Chunk, rows - first);
                buffer!.Score(features.Slice(first * width, count * width), count, scores.Slice(first, count));
            }

            return true;
        }
        catch (OnnxRuntimeException fault)
        {
            error = $"{_file}: {fault.Message}";
            return false;
        }
        finally
        {
            Return(buffer!);
        }
    }

    /// <summary>Waits for nothing: the last batch in flight frees the session.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
            if (_inFlight == 0)
                Free();
        }
    }

    private bool TryRent(out OnnxScoringBuffer? buffer)
    {
        lock (_lock)
        {
            buffer = null;
            if (_disposed)
                return false;
            _inFlight++;
            if (_idle.TryPop(out buffer))
                return true;
        }

        buffer = new OnnxScoringBuffer(_session, _signature, _shape);
        return true;
    }

    private void Return(OnnxScoringBuffer buffer)
    {
        lock (_lock)
        {
            _inFlight--;
            _idle.Push(buffer);
            if (_disposed && _inFlight == 0)
                Free();
        }
    }

    private void Free()
    {
        while (_idle.TryPop(out OnnxScoringBuffer? buffer))
            buffer.Dispose();
        _session.Dispose();
    }
}
