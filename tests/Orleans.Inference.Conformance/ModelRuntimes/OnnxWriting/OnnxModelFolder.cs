using Orleans.Inference.Features;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Conformance.ModelRuntimes.OnnxWriting;

/// <summary>A pipeline folder with one version in the machine's temporary folder, removed at the end.</summary>
internal sealed class OnnxModelFolder : IDisposable
{
    public const int Version = 1;

    public OnnxModelFolder(int features, string score, int? column, byte[] model, string? input = null)
    {
        string folder = Directory.CreateTempSubdirectory("onnx-model").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "1"));
        File.WriteAllBytes(Path.Combine(folder, "1", "model.onnx"), model);
        Pipeline = new PipelineModel
        {
            Name = "test",
            Folder = folder,
            Source = new SourceModel("events", 0, 1, TimeSpan.Zero, TimeSpan.Zero, "events-dlq", "events-late", "inference-test"),
            Fields = [],
            Entities = [],
            Features = [.. Enumerable.Range(0, features).Select(place => new FieldFeature($"f{place}", place))],
            Model = new ModelBindingModel(input, score, column, [Version]),
            Route = new RouteModel(Version, null),
            Sink = new SinkModel("predictions", IncludeFeatures: false),
            StateFingerprint = "0000000000000000",
        };
    }

    public PipelineModel Pipeline { get; }

    /// <summary>Path of the version's file.</summary>
    public string ModelFile => Path.Combine(Pipeline.Folder, "1", "model.onnx");

    public void Dispose() => Directory.Delete(Pipeline.Folder, recursive: true);
}
