using System.Xml.Linq;
using Orleans.Inference.EndToEnd.Infrastructure.Docker;
using Orleans.Inference.EndToEnd.Infrastructure.Kustomize;
using Orleans.Inference.EndToEnd.Infrastructure.Yaml;

namespace Orleans.Inference.EndToEnd.Infrastructure;

/// <summary>The images: built from what is there, small, without root, and started as the manifests start them.</summary>
public sealed class DockerTests
{
    public static TheoryData<string, string> Images { get; } = new() { { "inference.Dockerfile", "Cli" }, { "silo.Dockerfile", "Silo" } };

    [Fact]
    public void Dockerfiles_AllOfThem_AreTested() =>
        Assert.Equal(
            Images.Select(image => image.Data.Item1).Order(StringComparer.Ordinal),
            Directory.EnumerateFiles(Path.Combine(Repository.Root, "infra", "docker")).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Images))]
    public void Build_OfAnImage_CopiesOnlyWhatIsThere(string file, string project)
    {
        var docker = Dockerfile.Read(file);
        var ignore = new DockerIgnore();
        foreach (var copy in docker.Stages.SelectMany(stage => stage.Of("COPY")))
        {
            var options = copy.Words.Where(word => word.StartsWith("--", StringComparison.Ordinal)).ToList();
            if (options.Find(option => option.StartsWith("--from=", StringComparison.Ordinal)) is { } from)
            {
                Assert.Contains(from["--from=".Length..], docker.Stages.Select(stage => stage.Name));
                continue;
            }

            Assert.All(copy.Words.Except(options).SkipLast(1), source =>
            {
                Assert.True(Path.Exists(Path.Combine(Repository.Root, source)), $"{file}: there is no {source}");
                Assert.False(ignore.IsExcluded(source), $"{file}: .dockerignore leaves out {source}");
            });
        }

        var publish = docker.Stages[0].Of("RUN").Single(run => run.Rest.StartsWith("dotnet publish", StringComparison.Ordinal));
        Assert.Equal($"src/Orleans.Inference.{project}", publish.Words[2]);
        Assert.Equal(project == "Silo", publish.Words.Contains("-p:CloudHosting=true"));
    }

    [Fact]
    public void Context_OfABuild_HasNoStateAndNoLocalPackages()
    {
        var ignore = new DockerIgnore();
        Assert.All(
            new[] { ".state/fraud/state.db", ".git/config", ".cache/x", "src/A/obj/x", "src/A/bin/x", "build/feed/packages/a.1.0.0.nupkg", "tests/A/B.cs", "infra/azure/main.bicep" },
            path => Assert.True(ignore.IsExcluded(path), path));

        // NuGet refuses a source whose folder is missing.
        Assert.False(ignore.IsExcluded("build/feed/packages/.gitkeep"));
        Assert.False(ignore.IsExcluded("models/fraud/1/model.onnx"));
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void Image_Built_IsChiselledAndWithoutRoot(string file, string project)
    {
        var docker = Dockerfile.Read(file);
        var framework = (string)XDocument.Load(Path.Combine(Repository.Root, "Directory.Build.props")).Descendants("TargetFramework").Single();
        Assert.Equal($"net{docker.Before.Single().Rest.Split('=')[1]}", framework);
        Assert.Matches(@"/aspnet:\$\{DOTNET_VERSION\}-noble-chiseled$", docker.Image.From);
        Assert.Matches(@"/sdk:\$\{DOTNET_VERSION\}-noble$", docker.Stages[0].From);

        var assembly = (string)XDocument.Load(Path.Combine(Repository.Root, "src", $"Orleans.Inference.{project}", $"Orleans.Inference.{project}.csproj"))
            .Descendants("AssemblyName").Single();
        Assert.Equal([$"/app/{assembly}"], docker.Image.Get("ENTRYPOINT").Exec);
        Assert.Empty(docker.Image.Of("RUN"));
        Assert.Equal("ORT_DISABLE_TELEMETRY=1", docker.Image.Get("ENV").Rest);
        var user = docker.Image.Get("USER").Rest.Split(':');
        Assert.DoesNotContain("0", user);
        Assert.All(docker.Image.Of("COPY").Where(copy => copy.Words[^1] == "/state"), copy => Assert.Contains($"--chown={string.Join(':', user)}", copy.Words));
    }

    /// <summary>What the image declares is what its pods are given.</summary>
    [Theory]
    [MemberData(nameof(Images))]
    public void Image_InAPod_HasItsUserPortsVolumesAndArguments(string file, string project)
    {
        var image = Dockerfile.Read(file).Image;
        var workload = new Workload(project == "Silo" ? "cluster" : "one-node");
        Assert.Equal(image.Get("USER").Rest, $"{workload.Pod.Text("securityContext.runAsUser")}:{workload.Pod.Text("securityContext.runAsGroup")}");
        Assert.Equal(image.Get("EXPOSE").Words.Order(StringComparer.Ordinal), workload.Ports.Values.Select(port => port.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal(
            image.Get("VOLUME").Exec.Order(StringComparer.Ordinal),
            workload.Container.List("volumeMounts").Select(mount => mount.Text("mountPath")).Order(StringComparer.Ordinal));
        Assert.Equal(image.Get("CMD").Exec, workload.Arguments);
    }
}
