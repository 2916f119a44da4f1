using System.IO.Compression;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Inference.Commands.Replay;
using Orleans.Inference.Conformance.Engines;
using Orleans.Inference.Embedded;

namespace Orleans.Inference.Commands.Tests.Replay;

/// <summary>Runs replays of a pipeline over files in a folder of its own, with the streams a terminal would give.</summary>
internal sealed class ReplayFixture : IDisposable
{
    public const string Header = "event_id,entity,event_time,score,decision,model,version,variant,outcome";
    public const string InputHeader = "id,at,customer,terminal,amount,channel";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("replay-");

    public EnginePipeline Pipeline { get; } = new();

    /// <summary>What standard input holds.</summary>
    public byte[] StandardInput { get; set; } = [];

    /// <summary>What the last run wrote to standard output.</summary>
    public string Output { get; private set; } = "";

    /// <summary>What the last run wrote to standard error.</summary>
    public string Errors { get; private set; } = "";

    public string[] OutputLines => Output.Split('\n')[..^1];

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Writes a file, packed when its name ends in .gz, and returns its path.</summary>
    public string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    public string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(PathOf(name), name.EndsWith(".gz", StringComparison.Ordinal) ? Pack(bytes) : bytes);
        return PathOf(name);
    }

    /// <summary>Reads a file, unpacked when its name ends in .gz.</summary>
    public string Read(string name)
    {
        using Stream file = File.OpenRead(PathOf(name));
        using var reader = new StreamReader(
            name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file);
        return reader.ReadToEnd();
    }

    public static byte[] Pack(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    /// <summary>Replays with results on standard output.</summary>
    public Task<int> RunAsync(params string[] inputs) => RunAsync(Options(inputs));

    public ReplayOptions Options(params string[] inputs) => new() { Pipeline = Pipeline.Model.Folder, Inputs = inputs };

    /// <summary>Replays and returns the exit code, as the program does.</summary>
    public async Task<int> RunAsync(ReplayOptions options)
    {
        using var output = new MemoryStream();
        await using var errors = new StringWriter();
        var replayer = new Replayer(
            [new EmbeddedEngineFactory(NullLoggerFactory.Instance)], () => new MemoryStream(StandardInput), () => output, errors);
        int exitCode;
        try
        {
            exitCode = await replayer.RunAsync(options, TestContext.Current.CancellationToken);
        }
        catch (CommandException exception)
        {
            await errors.WriteLineAsync(exception.Message);
            exitCode = exception.ExitCode;
        }

        Output = Encoding.UTF8.GetString(output.ToArray());
        Errors = errors.ToString();
        return exitCode;
    }

    public void Dispose()
    {
        Pipeline.Dispose();
        _folder.Delete(recursive: true);
    }
}
