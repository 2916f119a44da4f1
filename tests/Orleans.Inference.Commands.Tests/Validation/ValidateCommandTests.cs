using Orleans.Inference.Commands.Validation;
using Orleans.Inference.Conformance.ModelRuntimes.OnnxWriting;

namespace Orleans.Inference.Commands.Tests.Validation;

public sealed class ValidateCommandTests : IDisposable
{
    private const string Yaml = """
        pipeline: payments
        source: { topic: payments, id: id, time: at }
        fields:
          id:       { type: string }
          at:       { type: timestamp }
          customer: { type: string }
          amount:   { type: double }
        entities: { customer: customer }
        features:
          - { name: amount, field: amount }
          - { name: tx_1h, count: "*", by: customer, window: 1h }
        model: { score: score }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("validate-");
    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();

    public ValidateCommandTests()
    {
        Write(Yaml);
        WriteModel(1, OnnxModels.Perceptron(2, hidden: 3, seed: 1));
    }

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        _output.Dispose();
        _errors.Dispose();
    }

    [Fact]
    public void Valid_SaysWhatThereIs()
    {
        WriteModel(3, OnnxModels.Perceptron(2, hidden: 5, seed: 2));
        Assert.Equal(0, Run());
        Assert.Equal($"{_folder.FullName}: valid: 2 features, 1 entity types, versions 1, 3\n", _output.ToString());
        Assert.Equal("", _errors.ToString());
    }

    [Fact]
    public void Wrong_NamesEveryProblemWithFileAndLine()
    {
        Write(Yaml.Replace("type: double", "type: duble").Replace("window: 1h", "window: 1x").Replace("model:", "modle:"));
        Assert.Equal(2, Run());
        var problems = _errors.ToString().Split('\n')[..^1];
        var file = Path.Combine(_folder.FullName, "pipeline.yaml");
        Assert.Contains(problems, problem => problem.StartsWith($"{file}:7:", StringComparison.Ordinal) && problem.Contains("double"));
        Assert.Contains(problems, problem => problem.StartsWith($"{file}:11:", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.StartsWith($"{file}:12:", StringComparison.Ordinal) && problem.Contains("`model`"));
        Assert.Equal("", _output.ToString());
    }

    [Fact]
    public void NotYet_IsValidAndNamed()
    {
        Write(Yaml.Replace("time: at", "time: at, deduplicate: 1h"));
        Assert.Equal(0, Run());
        Assert.StartsWith("not in this release: ", _errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("pipeline.yaml:2:", _errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("deduplicate", _errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("run and replay will refuse it", _output.ToString(), StringComparison.Ordinal);
        var exception = Assert.Throws<CommandException>(() => PipelineLoader.LoadRunnable(_folder.FullName, _errors));
        Assert.Equal(2, exception.ExitCode);
        Assert.Contains("deduplicate", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Warning_IsSaidAndValid()
    {
        Write(Yaml.Replace("count: \"*\"", "mean: amount"));
        Assert.Equal(0, Run());
        Assert.Matches(@"^warning: .*pipeline\.yaml:11:\d+: .*default", _errors.ToString());
        Assert.Contains(": valid: ", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void WrongModels_AreAllNamed()
    {
        WriteModel(2, OnnxModels.Perceptron(5, hidden: 3, seed: 1));
        WriteModel(3, "no model"u8.ToArray());
        Assert.Equal(2, Run());
        Assert.DoesNotContain("1/model.onnx", _errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("2/model.onnx", _errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("3/model.onnx", _errors.ToString(), StringComparison.Ordinal);
        Assert.Equal("", _output.ToString());
    }

    [Fact]
    public void NoFolder_IsSaid()
    {
        Assert.Equal(2, ValidateCommand.Run(Path.Combine(_folder.FullName, "none"), _output, _errors));
        Assert.Contains("there is no such folder", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void NoModels_IsSaid()
    {
        Directory.Delete(Path.Combine(_folder.FullName, "1"), recursive: true);
        Assert.Equal(2, Run());
        Assert.Contains("version", _errors.ToString(), StringComparison.Ordinal);
    }

    private int Run() => ValidateCommand.Run(_folder.FullName, _output, _errors);

    private void Write(string yaml) => File.WriteAllText(Path.Combine(_folder.FullName, "pipeline.yaml"), yaml);

    private void WriteModel(int version, byte[] model)
    {
        var folder = _folder.CreateSubdirectory(version.ToString());
        File.WriteAllBytes(Path.Combine(folder.FullName, "model.onnx"), model);
    }
}
