using System.Globalization;
using System.Text;
using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Models.Catalog;

/// <summary>Reads a pipeline's folder: <c>pipeline.yaml</c> and the numbered sub-folders that hold a <c>model.onnx</c>.</summary>
public static class PipelineFolder
{
    /// <summary>Name of the pipeline file.</summary>
    public const string PipelineFile = "pipeline.yaml";

    /// <summary>Name of the model file in a version's folder.</summary>
    public const string ModelFile = "model.onnx";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The pipeline, or every problem; a missing or unreadable folder or file is one. Does not open the models.</summary>
    /// <param name="path">The folder as the user gave it; problems show paths below it.</param>
    public static PipelineReading Load(string path)
    {
        var file = Path.Join(path, PipelineFile);
        try
        {
            if (!Directory.Exists(path))
            {
                var advice = File.Exists(path) ? "it is a file; allowed: the folder that holds it" : "there is no such folder";
                return Failed(path, $"{advice}; a pipeline is a folder with {PipelineFile} and numbered versions, such as 1/{ModelFile}");
            }

            return File.Exists(file)
                ? Read(path, file)
                : Failed(file, $"there is no such file; a pipeline is a folder with {PipelineFile} and numbered versions, such as 1/{ModelFile}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Failed(file, $"cannot be read: {exception.Message}");
        }
    }

    private static PipelineReading Read(string path, string file)
    {
        // A character is at most four bytes: what is longer the reader would refuse, and so it is not even read.
        if (new FileInfo(file).Length > PipelineReader.MaxLength * 4L)
        {
            return Failed(file, $"the file is too large; allowed: at most {PipelineReader.MaxLength:N0} characters");
        }

        var problems = new List<PipelineProblem>();
        var versions = VersionsIn(path, problems);
        string yaml;
        try
        {
            yaml = StrictUtf8.GetString(File.ReadAllBytes(file)).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException exception)
        {
            problems.Add(new PipelineProblem(file, 0, 0, $"is not UTF-8 at byte {exception.Index + 1}; allowed: UTF-8 text"));
            return new PipelineReading(null, problems);
        }

        var reading = PipelineReader.Read(new PipelineText(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)), file, yaml, versions));
        return problems.Count == 0 ? reading : new PipelineReading(null, [.. reading.Problems, .. problems]);
    }

    /// <summary>Version numbers, ascending. A folder whose name is a number but not the number's only spelling is a problem.</summary>
    private static List<int> VersionsIn(string path, List<PipelineProblem> problems)
    {
        var versions = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories(path).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(folder);
            if (!name.All(char.IsAsciiDigit) || !File.Exists(Path.Join(folder, ModelFile)))
            {
                continue;
            }

            if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version > 0 && name[0] != '0')
            {
                versions.Add(version);
            }
            else
            {
                problems.Add(new PipelineProblem(
                    folder, 0, 0, $"`{name}` is no version number; allowed: whole numbers from 1 to {int.MaxValue} without leading zeros, such as 1"));
            }
        }

        versions.Sort();
        return versions;
    }

    private static PipelineReading Failed(string file, string message) => new(null, [new PipelineProblem(file, 0, 0, message)]);
}
