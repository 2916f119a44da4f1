namespace Orleans.Inference.EndToEnd.Architecture;

/// <summary>Small files: a reader takes in one at a time.</summary>
public sealed class SourceFileTests
{
    private const int Longest = 400;
    private const int LongestTest = 600;

    [Fact]
    public void SourceFiles_AreAtMost400Lines() => Assert.Empty(LongerThan("src", Longest));

    [Fact]
    public void TestFiles_AreAtMost600Lines() => Assert.Empty(LongerThan("tests", LongestTest));

    private static IEnumerable<string> LongerThan(string folder, int lines) =>
        Directory.EnumerateDirectories(Path.Combine(Repository.Root, folder))
            .SelectMany(project => Directory.EnumerateFiles(project, "*.cs", SearchOption.AllDirectories)
                .Where(file => Path.GetRelativePath(project, file).Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj")))
            .Select(file => (File: Path.GetRelativePath(Repository.Root, file), Lines: File.ReadLines(file).Count()))
            .Where(file => file.Lines > lines)
            .Select(file => $"{file.File}: {file.Lines} lines");
}
