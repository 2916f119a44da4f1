using Orleans.Inference.Models.Catalog;
using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Models.Tests.Catalog;

public sealed class PipelineFolderTests : IDisposable
{
    private const string Yaml = """
        pipeline: small
        source: { topic: events, id: id, time: at }
        fields:
          id: { type: string }
          at: { type: timestamp }
          amount: { type: double }
        entities: { customer: id }
        features: [{ name: amount, field: amount }]
        model: { score: score }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Load_FolderWithVersions_FindsThoseWithAModel()
    {
        Write("pipeline.yaml", Yaml);
        Write("2/model.onnx", "");
        Write("10/model.onnx", "");
        Write("3/notes.txt", "");
        Write("training/model.onnx", "");
        var reading = PipelineFolder.Load(_folder);
        Assert.Empty(reading.Problems);
        Assert.Equal([2, 10], reading.Model!.Model.Versions);
        Assert.Equal(10, reading.Model.Route.Champion);
        Assert.Equal(_folder, reading.Model.Folder);
    }

    [Fact]
    public void Load_RelativePath_ShowsItInProblemsAndResolvesTheFolder()
    {
        Write("pipeline.yaml", Yaml + "\ncheckpont: 1s");
        Write("1/model.onnx", "");
        var path = Path.GetRelativePath(Environment.CurrentDirectory, _folder);
        Assert.StartsWith($"{path}/pipeline.yaml:10:1: unknown key `checkpont`", Assert.Single(PipelineFolder.Load(path).Problems).ToString());
        Write("pipeline.yaml", "\uFEFF" + Yaml);
        Assert.Equal(_folder, PipelineFolder.Load(path + "/").Model!.Folder);
    }

    [Theory]
    [InlineData("01")]
    [InlineData("0")]
    [InlineData("99999999999")]
    public void Load_WrongVersionNumber_IsAProblem(string name)
    {
        Write("pipeline.yaml", Yaml);
        Write("1/model.onnx", "");
        Write(name + "/model.onnx", "");
        var problem = Problem(_folder);
        Assert.Equal(Path.Join(_folder, name), problem.File);
        Assert.Contains($"`{name}` is no version number; allowed: whole numbers from 1", problem.Message);
    }

    [Fact]
    public void Load_NoVersions_IsAProblem()
    {
        Write("pipeline.yaml", Yaml);
        Assert.Contains("there is no model version", Problem(_folder).Message);
    }

    [Fact]
    public void Load_NoFolder_IsAProblem()
    {
        Assert.Contains("there is no such folder", Problem(Path.Join(_folder, "none")).Message);
        Assert.Contains("there is no such folder", Problem("").Message);
    }

    [Fact]
    public void Load_File_IsAProblem()
    {
        Write("pipeline.yaml", Yaml);
        Assert.Contains("it is a file; allowed: the folder", Problem(Path.Join(_folder, "pipeline.yaml")).Message);
    }

    [Fact]
    public void Load_NoPipelineFile_IsAProblem() => Assert.Equal(Path.Join(_folder, "pipeline.yaml"), Problem(_folder).File);

    [Fact]
    public void Load_NotUtf8_IsAProblem()
    {
        Write("1/model.onnx", "");
        File.WriteAllBytes(Path.Join(_folder, "pipeline.yaml"), [.. "pipeline: "u8, 0xE9]);
        Assert.Contains("is not UTF-8 at byte 11", Problem(_folder).Message);
    }

    [Fact]
    public void Load_HugeFile_IsAProblem()
    {
        using (var stream = File.Create(Path.Join(_folder, "pipeline.yaml")))
        {
            stream.SetLength((PipelineReader.MaxLength * 4L) + 1);
        }

        Assert.Contains("too large", Problem(_folder).Message);
    }

    private static PipelineProblem Problem(string path)
    {
        var reading = PipelineFolder.Load(path);
        Assert.Null(reading.Model);
        return Assert.Single(reading.Problems);
    }

    private void Write(string name, string text)
    {
        var path = Path.Join(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
