using System.Text.RegularExpressions;
using Orleans.Inference.EndToEnd.Infrastructure.Yaml;

namespace Orleans.Inference.EndToEnd.Infrastructure;

/// <summary>The workflow on GitHub: it runs what the repository has, with actions of known versions.</summary>
public sealed partial class WorkflowTests
{
    [Fact]
    public void Workflow_RunsTheTestScript_WhereOrleansRestores()
    {
        var workflow = YamlFile.Read(Path.Combine(Repository.Root, ".github", "workflows", "test.yml")).Single();
        var steps = workflow.List("jobs.test.steps").ToList();
        var runs = steps.Select(step => step.Find("run")?.Text()).OfType<string>().ToList();
        Assert.True(runs.IndexOf("dotnet restore Cluster.slnf") is var restore && restore >= 0 && restore < runs.IndexOf("./test"), string.Join('\n', runs));

        Assert.Equal("read", workflow.Text("permissions.contents"));
        var everything = new[] { "test", "cloud" }.SelectMany(job => workflow.List($"jobs.{job}.steps")).ToList();
        Assert.All(everything.Select(step => step.Find("uses")?.Text()).OfType<string>(), action => Assert.Matches("^actions/[a-z-]+@v[0-9]+$", action));
        Assert.All(everything.Where(step => step.Find("with.global-json-file") is not null), step =>
            Assert.True(File.Exists(Path.Combine(Repository.Root, step.Text("with.global-json-file")))));

        var paths = everything.Select(step => step.Find("run")?.Text()).OfType<string>()
            .SelectMany(run => RepositoryPath().Matches(run))
            .Select(match => match.Value.TrimEnd('*', '/'))
            .ToList();
        Assert.True(paths.Count >= 5, string.Join(' ', paths));
        Assert.All(paths, path => Assert.True(Path.Exists(Path.Combine(Repository.Root, path)), $"there is no {path}"));
    }

    [GeneratedRegex(@"(?<=^|[\s""])((infra|src|tests)/[\w./*-]+|\./test|[A-Z]\w+\.slnf)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex RepositoryPath();
}
