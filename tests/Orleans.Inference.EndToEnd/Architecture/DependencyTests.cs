using System.Reflection;
using System.Xml.Linq;

namespace Orleans.Inference.EndToEnd.Architecture;

/// <summary>Dependencies point one way: Cli -> Commands -> adapters -> Core. Adapters do not know each other.</summary>
public sealed class DependencyTests
{
    private const string Root = "Orleans.Inference.";

    private static readonly string[] Adapters = ["Models", "Kafka", "Storage", "Serving", "Api"];
    private static readonly string[] Engines = ["Embedded", "Grains"];

    public static TheoryData<string> AllProjects { get; } = [.. Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src")).Select(NameOf)];

    /// <summary>Those that are here also where Orleans is not to be had.</summary>
    public static TheoryData<string> EmbeddedProjects { get; } =
        [.. File.ReadLines(Path.Combine(Repository.Root, "Embedded.slnf")).Where(line => line.Contains("\"src/")).Select(line => line.Split('/')[1][Root.Length..])];

    public static TheoryData<string> AdapterProjects { get; } = [.. Adapters];

    [Fact]
    public void Core_References_NoProjectAndOnlyTheTextLibraries()
    {
        Assert.Empty(ProjectsOf("Core"));
        var libraries = ReferencesOf("Core").Where(name => !IsFramework(name)).Order(StringComparer.Ordinal);
        Assert.All(libraries, name => Assert.Contains(name, (string[])["Sprache", "YamlDotNet"]));
    }

    [Theory]
    [MemberData(nameof(AdapterProjects))]
    public void Adapter_References_OnlyCore(string adapter) => Assert.All(ProjectsOf(adapter), name => Assert.Equal("Core", name));

    [Fact]
    public void Commands_References_NoEngine() => Assert.Empty(ProjectsOf("Commands").Intersect(Engines));

    [Fact]
    public void Cli_References_CommandsAndTheEmbeddedEngine() =>
        Assert.Equal(["Commands", "Embedded"], DeclaredProjectsOf("Cli").Order(StringComparer.Ordinal));

    /// <summary>A reference that no code uses yet is in no assembly, but would let code use it.</summary>
    [Theory]
    [MemberData(nameof(AllProjects))]
    public void ProjectFile_References_AreThoseAllowed(string project)
    {
        string[] allowed = project switch
        {
            "Core" => [],
            "Commands" => ["Core", "Models", "Kafka", "Storage", "Api"],
            "Cli" => ["Commands", "Embedded"],
            "Silo" => ["Commands", "Embedded", "Grains", "Streams.Kafka", "Hosting.Azure", "Hosting.Kubernetes"],
            "Embedded" or "Grains" => ["Core", "Serving"],
            "Hosting.Azure" or "Hosting.Kubernetes" => ["Core", "Grains"],
            "Streams.Kafka" => [],
            _ => ["Core"],
        };
        Assert.All(DeclaredProjectsOf(project), name => Assert.Contains(name, allowed));
    }

    /// <summary>The tests of a program's project are those of its commands and of the whole.</summary>
    [Theory]
    [MemberData(nameof(AllProjects))]
    public void Project_HasATestProject(string project)
    {
        if (project.StartsWith("Hosting.", StringComparison.Ordinal))
        {
            // One file over a cloud's own library, which only that cloud can test.
            return;
        }

        var tests = project == "Cli" ? "EndToEnd" : project + ".Tests";
        var file = Path.Combine(Repository.Root, "tests", Root + tests, Root + tests + ".csproj");
        Assert.True(File.Exists(file), $"{file} is not there");
        Assert.Contains(
            XDocument.Load(file).Descendants("ProjectReference").Select(reference => (string?)reference.Attribute("Include")),
            include => include!.EndsWith($"{Root}{project}.csproj", StringComparison.Ordinal));
    }

    /// <summary>No namespace segment below the root may be called Orleans: it would hide the runtime's own.</summary>
    [Theory]
    [MemberData(nameof(EmbeddedProjects))]
    public void Namespaces_BelowTheRoot_DoNotHideOrleans(string project)
    {
        var namespaces = Load(project).GetTypes()
            .Select(type => type.Namespace)
            .Where(name => name?.StartsWith(Root, StringComparison.Ordinal) == true)
            .Distinct();
        Assert.All(namespaces, name => Assert.DoesNotContain("Orleans", name![Root.Length..].Split('.')));
    }

    private static IEnumerable<string> ProjectsOf(string project) =>
        ReferencesOf(project).Where(name => name.StartsWith(Root, StringComparison.Ordinal)).Select(name => name[Root.Length..]);

    private static IEnumerable<string> ReferencesOf(string project) => Load(project).GetReferencedAssemblies().Select(reference => reference.Name!);

    private static IEnumerable<string> DeclaredProjectsOf(string project) =>
        XDocument.Load(Path.Combine(Repository.Root, "src", Root + project, Root + project + ".csproj"))
            .Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!)[Root.Length..]);

    private static Assembly Load(string project) => Assembly.Load(project == "Cli" ? "inference" : Root + project);

    private static bool IsFramework(string assembly) =>
        assembly.StartsWith("System", StringComparison.Ordinal) || assembly is "netstandard" or "mscorlib" or "Microsoft.CSharp";

    private static string NameOf(string folder) => Path.GetFileName(folder)[Root.Length..];
}
