using Microsoft.ML.OnnxRuntime;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Scoring;

namespace Orleans.Inference.Models.Onnx;

/// <summary>
/// Loads <c>FOLDER/VERSION/model.onnx</c> with ONNX Runtime. Loading tries the model on a few rows, so that a version that fits on paper but
/// not in fact is refused here and not at the first event.
/// </summary>
public sealed class OnnxModelCatalog : IModelCatalog
{
    private const string FileName = "model.onnx";

    /// <inheritdoc/>
    public IModelRuntime Load(PipelineModel pipeline, int version)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        string file = FindFile(pipeline.Folder, version);
        InferenceSession session = OpenSession(file);
        try
        {
            OnnxSignature signature = OnnxSignatureValidator.Validate(session, file, pipeline);
            return OnnxModelRuntime.Create(session, signature, file, version);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private static string FindFile(string folder, int version)
    {
        string file = Path.Combine(folder, version.ToString(), FileName);
        if (File.Exists(file))
            return file;

        List<int> present = [];
        if (Directory.Exists(folder))
        {
            foreach (string path in Directory.EnumerateDirectories(folder))
            {
                if (int.TryParse(Path.GetFileName(path), out int number) && File.Exists(Path.Combine(path, FileName)))
                    present.Add(number);
            }
        }

        present.Sort();
        string found = present.Count == 0 ? "no version is there" : $"versions there: {string.Join(", ", present)}";
        throw new ModelException($"{file}: no such file; {found}");
    }

    private static InferenceSession OpenSession(string file)
    {
        try
        {
            using SessionOptions options = OnnxSessionOptions.Create();
            return new InferenceSession(file, options);
        }
        catch (OnnxRuntimeException fault)
        {
            throw new ModelException($"{file}: is not a model that ONNX Runtime can load: {fault.Message}", fault);
        }
        catch (Exception fault) when (fault is DllNotFoundException or EntryPointNotFoundException or TypeInitializationException)
        {
            throw new ModelException($"{file}: ONNX Runtime's native library does not load on this machine: {fault.Message}", fault);
        }
    }
}
