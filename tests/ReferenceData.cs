using System.IO.Compression;

namespace Orleans.Inference;

/// <summary>
/// Data of others that tests compare with. It is not part of the repository: it lies beside it, in <c>shared/data</c>, or a test is skipped.
/// </summary>
internal static class ReferenceData
{
    /// <summary>The folder, or null when this machine has none.</summary>
    public static string? Folder { get; } = FindFolder();

    /// <summary>Path of a file in the folder; skips the calling test when it is not there.</summary>
    public static string PathOrSkip(string file)
    {
        string? path = Folder is null ? null : Path.Combine(Folder, file);
        if (path is null || !File.Exists(path))
            Assert.Skip($"Reference data {file} is not on this machine (looked for shared/data beside the repository).");
        return path!;
    }

    /// <summary>Opens a text file, unpacked when its name ends in <c>.gz</c>; skips the calling test when it is not there.</summary>
    public static StreamReader OpenOrSkip(string file)
    {
        Stream stream = File.OpenRead(PathOrSkip(file));
        return new StreamReader(file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream);
    }

    private static string? FindFolder()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Orleans.Inference.sln")))
            folder = folder.Parent;
        if (folder?.Parent is null)
            return null;
        string data = Path.Combine(folder.Parent.FullName, "shared", "data");
        return Directory.Exists(data) ? data : null;
    }
}
