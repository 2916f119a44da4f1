using System.IO.Compression;

namespace Orleans.Inference.Commands.Replay;

/// <summary>Opens inputs and outputs; format and compression go by the name.</summary>
internal static class ReplayFiles
{
    private const int BufferSize = 1024 * 1024;

    // For programs whose runtime configuration does not say so; it must be said before the first stream is opened. Without it a truncated file passes for a whole one.
    static ReplayFiles() => AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", isEnabled: true);

    public static bool IsJson(string? file) =>
        file is not null && Bare(file) is var name && (name.EndsWith(".ndjson", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".json", StringComparison.OrdinalIgnoreCase));

    public static bool IsCsv(string file) => Bare(file).EndsWith(".csv", StringComparison.OrdinalIgnoreCase);

    public static Stream Open(string file, Func<Stream> openInput, ReplayProgress progress)
    {
        if (file == "-")
        {
            return openInput();
        }

        var raw = progress.Watch(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize, FileOptions.SequentialScan));
        return IsCompressed(file) ? new GZipStream(raw, CompressionMode.Decompress) : raw;
    }

    public static Stream Create(string? file, Func<Stream> openOutput)
    {
        if (file is null or "-")
        {
            return openOutput();
        }

        var raw = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.Read, BufferSize);
        return IsCompressed(file) ? new GZipStream(raw, CompressionLevel.Fastest) : raw;
    }

    private static bool IsCompressed(string file) => file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);

    private static string Bare(string file) => IsCompressed(file) ? file[..^3] : file;
}
