using Orleans.Inference.Conformance.ModelRuntimes.OnnxWriting;
using Orleans.Inference.Models.Catalog;
using Orleans.Inference.Pipelines;

namespace Orleans.Inference.EndToEnd;

/// <summary>A pipeline folder and a state folder in the machine's temporary folder, removed at the end.</summary>
internal sealed class PipelineFiles : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("end-to-end").FullName;

    /// <param name="name">The pipeline's name; its topics follow from it.</param>
    /// <param name="yaml">The file's text; <c>NAME</c> stands for the name.</param>
    /// <param name="features">How many the model takes.</param>
    public PipelineFiles(string name, string yaml, int features)
    {
        Name = name;
        Directory.CreateDirectory(Path.Combine(Folder, "1"));
        File.WriteAllBytes(Path.Combine(Folder, "1", "model.onnx"), OnnxModels.BoostedClassifier(features, trees: 20, depth: 4, seed: 7));
        Write(yaml);
    }

    public string Name { get; }

    public string Folder => Path.Combine(_root, "pipeline");

    public string State => Path.Combine(_root, "state");

    public string Source => Name;

    public string Sink => $"{Name}-predictions";

    public string DeadLetters => $"{Name}-dlq";

    public string Late => $"{Name}-late";

    public void Write(string yaml) => File.WriteAllText(Path.Combine(Folder, PipelineFolder.PipelineFile), yaml.Replace("NAME", Name, StringComparison.Ordinal));

    public PipelineModel Load()
    {
        var reading = PipelineFolder.Load(Folder);
        Assert.True(reading.Model is not null, string.Join('\n', reading.Problems));
        return reading.Model;
    }

    /// <summary>Loses the order journal, as a new disk would.</summary>
    public void DeleteJournal()
    {
        var folder = Path.Combine(State, Name);
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (var file in Directory.EnumerateFiles(folder, "order.*.journal"))
        {
            File.Delete(file);
        }
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
