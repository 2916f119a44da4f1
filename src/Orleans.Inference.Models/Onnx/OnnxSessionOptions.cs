using Microsoft.ML.OnnxRuntime;

namespace Orleans.Inference.Models.Onnx;

/// <summary>
/// One session per version runs on the thread that calls it. The engine has a thread per core already; a pool in the session would fight it
/// for cores, and its spinning would take them from shards that have work.
/// </summary>
internal static class OnnxSessionOptions
{
    public static SessionOptions Create()
    {
        var options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            // A pattern is kept for every batch size ever seen, and saves nothing on graphs this small.
            EnableMemoryPattern = false,
            // Faults come back as exceptions with the same text; the library would write them to stderr as well.
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        options.AddSessionConfigEntry("session.inter_op.allow_spinning", "0");
        return options;
    }
}
