using Orleans.Inference.EndToEnd.Reference;
using Orleans.Inference.Pipelines;

namespace Orleans.Inference.EndToEnd.Documentation;

/// <summary>What the pages say of files, pipelines and options is true of the repository.</summary>
public sealed class DocumentationTests
{
    [Fact]
    public void Links_ToFiles_LeadSomewhere()
    {
        var broken = MarkdownPage.ReadAll().SelectMany(page => page.FileLinks()
            .Where(target => !Path.Exists(Path.Combine(Path.GetDirectoryName(page.File)!, target)))
            .Select(target => $"{page.Name} -> {target}"));
        Assert.Empty(broken);
    }

    [Fact]
    public void Pipelines_ShownWhole_HaveNoProblems()
    {
        var examples = MarkdownPage.ReadAll()
            .SelectMany(page => page.Blocks("yaml").Where(yaml => yaml.StartsWith("pipeline:", StringComparison.Ordinal)).Select(yaml => (page.Name, Yaml: yaml)))
            .ToList();
        Assert.NotEmpty(examples);
        Assert.All(examples, example =>
        {
            var reading = PipelineReader.Read(new PipelineText("example", example.Name, example.Yaml, [1, 2, 3]));
            Assert.Empty(reading.Problems);
            Assert.NotNull(reading.Model);
        });
    }

    [Fact]
    public async Task Options_ShownWithACommand_AreItsOptions()
    {
        var commands = MarkdownPage.ReadAll().SelectMany(page => page.Commands()).GroupBy(shown => shown.Command).ToList();
        Assert.NotEmpty(commands);
        foreach (var command in commands)
        {
            var (exitCode, help, errors) = await InferenceProcess.RunAsync([command.Key, "--help"], TestContext.Current.CancellationToken);
            Assert.True(exitCode == 0, $"inference {command.Key}: {errors}");
            var allowed = help.Split([' ', ',', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
            Assert.All(command.SelectMany(shown => shown.Options).Distinct(), option => Assert.Contains(option, allowed));
        }
    }

    [Fact]
    public void Dependencies_OfProjects_AreListedWithTheirVersions()
    {
        var page = MarkdownPage.Read("docs/dependencies.md").Text;
        var packages = System.Xml.Linq.XDocument.Load(Path.Combine(Repository.Root, "Directory.Packages.props"));
        var orleans = (string)packages.Descendants("OrleansVersion").Single();
        var versions = packages
            .Descendants("PackageVersion")
            .ToDictionary(
                package => (string)package.Attribute("Include")!,
                package => ((string)package.Attribute("Version")!).Replace("$(OrleansVersion)", orleans));
        var used = new[] { "src", "tests" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.csproj", SearchOption.AllDirectories))
            .Append(Path.Combine(Repository.Root, "Directory.Build.targets"))
            .Append(Path.Combine(Repository.Root, "tests", "Directory.Build.props"))
            .SelectMany(file => System.Xml.Linq.XDocument.Load(file).Descendants("PackageReference"))
            .Select(reference => (string?)reference.Attribute("Include"))
            .OfType<string>()
            .Distinct();
        Assert.All(used, package => Assert.Contains($"| {package} | {versions[package]} |", page));
    }
}
