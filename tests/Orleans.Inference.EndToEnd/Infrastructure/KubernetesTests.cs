using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Orleans.Inference.EndToEnd.Documentation;
using Orleans.Inference.EndToEnd.Infrastructure.Kustomize;
using Orleans.Inference.EndToEnd.Infrastructure.Yaml;
using Orleans.Inference.Models.Catalog;

namespace Orleans.Inference.EndToEnd.Infrastructure;

/// <summary>The Kubernetes manifests, each overlay built: what they say of each other and of the program is true.</summary>
public sealed partial class KubernetesTests
{
    private const int AnswerGrace = 10;

    // Clustering:LeaveDelay, unless it is set.
    private const int LeaveDelay = 5;

    public static TheoryData<string> Overlays { get; } = [.. Workload.Overlays];

    public static TheoryData<string> Clusters { get; } = [.. Workload.Overlays.Where(name => name.StartsWith("cluster", StringComparison.Ordinal))];

    [Fact]
    public void Files_AllOfThem_AreNamedByAKustomization()
    {
        var files = Directory.EnumerateFiles(KustomizeFolder.Root, "*.yaml", SearchOption.AllDirectories).ToList();
        Assert.NotEmpty(files);
        Assert.All(files.Where(file => Path.GetFileName(file) != "kustomization.yaml"), file =>
        {
            var kustomization = YamlFile.Read(Path.Combine(Path.GetDirectoryName(file)!, "kustomization.yaml")).Single();
            var named = kustomization.List("resources").Concat(kustomization.List("patches").Select(patch => patch.At("path"))).Select(node => node.Text());
            Assert.Contains(Path.GetFileName(file), named);
        });
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Images_OfAnOverlay_AreThoseOfTheDockerfilesAndThisVersion(string overlay)
    {
        var (name, tag) = new Workload(overlay).Image;
        var project = overlay == "one-node" ? "Cli" : "Silo";
        Assert.Equal(AssemblyNameOf(project), name);
        Assert.Equal((string)XDocument.Load(Path.Combine(Repository.Root, "Directory.Build.props")).Descendants("Version").Single(), tag);
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Probes_AskOnTheHttpPort_ForWhatTheyAreMeant(string overlay)
    {
        var workload = new Workload(overlay);
        Assert.All(new[] { "startupProbe", "livenessProbe", "readinessProbe" }, probe =>
        {
            Assert.Equal(probe == "readinessProbe" ? "/health/ready" : "/health/live", workload.Container.Text($"{probe}.httpGet.path"));
            Assert.Equal("http", workload.Container.Text($"{probe}.httpGet.port"));
        });
        Assert.Equal(8080, workload.Ports["http"]);
        Assert.Contains("http://0.0.0.0:8080", workload.Arguments);
        var service = workload.All("Service").Single();
        Assert.Equal("http", service.List("spec.ports").Single().Text("targetPort"));
        Assert.True(workload.Selects(service.At("spec.selector")));
    }

    /// <summary>5 s in which a silo is not ready but answers, 25 s for the server, which RunHost says, and 10 s for the sink's last answers.</summary>
    [Theory]
    [MemberData(nameof(Overlays))]
    public void Grace_BeforeAPodIsKilled_IsLongerThanTheProgramTakes(string overlay)
    {
        var host = File.ReadAllText(Path.Combine(Repository.Root, "src", "Orleans.Inference.Commands", "Running", "RunHost.cs"));
        var shutdown = int.Parse(ShutdownTimeout().Match(host).Groups["seconds"].Value);
        var workload = new Workload(overlay);
        var before = workload.Container.Number("lifecycle.preStop.sleep.seconds");
        Assert.True(before > 0);
        Assert.True(workload.Pod.Number("terminationGracePeriodSeconds") > before + LeaveDelay + shutdown + AnswerGrace);
        Assert.DoesNotContain("Clustering__LeaveDelay", workload.Environment.Keys);
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Pod_OfAnOverlay_IsRestricted(string overlay)
    {
        var workload = new Workload(overlay);
        Assert.True((bool)workload.Pod.At("securityContext.runAsNonRoot")!);
        Assert.Equal("RuntimeDefault", workload.Pod.Text("securityContext.seccompProfile.type"));
        var security = workload.Container.At("securityContext");
        Assert.True((bool)security.At("readOnlyRootFilesystem")!);
        Assert.False((bool)security.At("allowPrivilegeEscalation")!);
        Assert.Equal(["ALL"], security.List("capabilities.drop").Select(node => node.Text()));
        Assert.NotNull(workload.Container.Find("resources.requests.memory"));
        Assert.NotNull(workload.Container.Find("resources.limits.memory"));

        var volumes = workload.Pod.List("volumes").Select(volume => volume.Text("name")).ToList();
        Assert.All(workload.Container.List("volumeMounts"), mount => Assert.Contains(mount.Text("name"), volumes));
        Assert.Equal(["/state", "/tmp"], workload.Container.List("volumeMounts").Select(mount => mount.Text("mountPath")).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Accounts_OfAnOverlay_ResolveAndMayOnlyWhatTheyNeed(string overlay)
    {
        var workload = new Workload(overlay);
        var account = workload.Of("ServiceAccount", workload.Pod.Text("serviceAccountName"));
        var isCluster = overlay.StartsWith("cluster", StringComparison.Ordinal);
        Assert.Equal(isCluster, (bool)workload.Pod.At("automountServiceAccountToken")!);
        Assert.Equal(isCluster, (bool)account.At("automountServiceAccountToken")!);
        if (!isCluster)
        {
            Assert.Empty(workload.All("Role"));
            return;
        }

        var binding = workload.All("RoleBinding").Single();
        var rule = workload.Of("Role", binding.Text("roleRef.name")).List("rules").Single();
        Assert.Equal(account.Text("metadata.name"), binding.List("subjects").Single().Text("name"));
        Assert.Equal(account.Text("metadata.namespace"), binding.List("subjects").Single().Text("namespace"));
        Assert.Equal(["pods"], rule.List("resources").Select(node => node.Text()));
        Assert.Equal(["get", "list", "patch", "watch"], rule.List("verbs").Select(node => node.Text()).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Clusters))]
    public void Cluster_OfSilos_SurvivesOneLeaving(string overlay)
    {
        var workload = new Workload(overlay);
        Assert.Equal(0, workload.Deployment.Number("spec.strategy.rollingUpdate.maxUnavailable"));
        var budget = workload.All("PodDisruptionBudget").Single();
        Assert.Equal(1, budget.Number("spec.maxUnavailable"));
        Assert.True(workload.Selects(budget.At("spec.selector.matchLabels")));
        Assert.All(workload.Pod.List("topologySpreadConstraints"), spread => Assert.True(workload.Selects(spread.At("labelSelector.matchLabels"))));
        Assert.Contains("orleans", workload.Arguments);
        var replicas = workload.Deployment.Find("spec.replicas") ?? workload.All("ScaledObject").Single().At("spec.minReplicaCount");
        Assert.True(replicas.GetValue<long>() >= 3);
    }

    [Fact]
    public void OneNode_KeepsStateOnAVolume_AndNeverRunsTwice()
    {
        var workload = new Workload("one-node");
        Assert.Equal("Recreate", workload.Deployment.Text("spec.strategy.type"));
        Assert.Equal(1, workload.Deployment.Number("spec.replicas"));
        var state = workload.Pod.List("volumes").Single(volume => volume.Text("name") == "state");
        Assert.Equal("ReadWriteOnce", workload.Of("PersistentVolumeClaim", state.Text("persistentVolumeClaim.claimName")).Text("spec.accessModes.0"));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Network_LetsIn_HttpFromAnywhereAndSilosOnlyFromSilos(string overlay)
    {
        var workload = new Workload(overlay);
        var policies = workload.All("NetworkPolicy").ToList();
        Assert.All(policies, policy => Assert.True(workload.Selects(policy.At("spec.podSelector.matchLabels"))));
        var rules = policies.SelectMany(policy => policy.List("spec.ingress")).ToList();
        var open = rules.Where(rule => rule.Find("from") is null).SelectMany(rule => rule.List("ports")).Select(port => port.Number("port"));
        Assert.Equal([workload.Ports["http"]], open);

        var closed = rules.Where(rule => rule.Find("from") is not null).ToList();
        Assert.All(closed, rule => Assert.True(workload.Selects(rule.List("from").Single().At("podSelector.matchLabels"))));
        var silo = workload.Ports.Where(port => port.Key != "http").Select(port => port.Value).Order().ToList();
        Assert.Equal(silo, closed.SelectMany(rule => rule.List("ports")).Select(port => port.Number("port")).Order());
        var outwards = policies.SelectMany(policy => policy.List("spec.egress")).SelectMany(rule => rule.List("ports")).Select(port => port.Number("port")).ToList();
        Assert.All(new[] { 53, 9092 }.Concat(silo), port => Assert.Contains(port, outwards));
    }

    [Theory]
    [MemberData(nameof(Clusters))]
    public void SiloPorts_OfTheContainer_AreThoseOfTheSettings(string overlay)
    {
        var workload = new Workload(overlay);
        Assert.Equal(workload.Ports["silo"].ToString(), workload.Environment["Clustering__SiloPort"]);
        Assert.Equal(workload.Ports["gateway"].ToString(), workload.Environment["Clustering__GatewayPort"]);
        var labels = workload.Deployment.At("spec.template.metadata.labels");
        Assert.Equal(workload.Environment["Clustering__ClusterId"], labels["orleans/clusterId"]!.Text());
        Assert.Equal(workload.Environment["Clustering__ServiceId"], labels["orleans/serviceId"]!.Text());
    }

    [Fact]
    public void Scaling_WatchesTheGroupAndTopicOfThePipeline()
    {
        var workload = new Workload("cluster-scaled");
        var source = PipelineFolder.Load(Path.Combine(Repository.Root, workload.PipelineFolder)).Model!.Source;
        var scaled = workload.All("ScaledObject").Single();
        Assert.Equal(workload.Deployment.Text("metadata.name"), scaled.Text("spec.scaleTargetRef.name"));
        Assert.Equal(workload.Container.Text("name"), scaled.Text("spec.scaleTargetRef.envSourceContainerName"));
        Assert.Null(workload.Deployment.Find("spec.replicas"));
        var trigger = scaled.List("spec.triggers").Single();
        Assert.Equal("kafka", trigger.Text("type"));
        Assert.Equal(source.Group, trigger.Text("metadata.consumerGroup"));
        Assert.Equal(source.Topic, trigger.Text("metadata.topic"));
        Assert.Contains(trigger.Text("metadata.bootstrapServersFromEnv"), workload.Environment.Keys);
    }

    /// <summary>No secret is committed; the page says how to make each.</summary>
    [Theory]
    [MemberData(nameof(Overlays))]
    public void Secrets_OfAnOverlay_AreMadeAsThePageShows(string overlay)
    {
        var workload = new Workload(overlay);
        Assert.Empty(workload.All("Secret"));
        var commands = MarkdownPage.Read("docs/deployment.md").Text.Replace("\\\n", " ").Split('\n');
        Assert.All(workload.Secrets, secret => Assert.Contains(commands, command =>
            command.Contains($"create secret generic {secret.Secret} ", StringComparison.Ordinal) && command.Contains($" --from-literal={secret.Key}=", StringComparison.Ordinal)));
    }

    /// <summary>The real tool agrees with the reading above, where it is installed.</summary>
    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Overlay_BuiltByKubectl_IsTheSame(string overlay)
    {
        var built = await CommandLine.TryRunAsync("kubectl", ["kustomize", Path.Combine(KustomizeFolder.Root, "overlays", overlay)], TestContext.Current.CancellationToken);
        if (built is null)
        {
            Assert.Skip("This machine has no kubectl.");
        }

        Assert.True(built.Value.Code == 0, built.Value.Errors);
        var theirs = YamlFile.Parse(GeneratedDigest().Replace(built.Value.Output, "")).Select(Canonical).Order(StringComparer.Ordinal);
        Assert.Equal(theirs, KustomizeFolder.Render(overlay).Select(Canonical).Order(StringComparer.Ordinal));
    }

    /// <summary>Text that does not depend on the order of members, nor of list elements with names.</summary>
    private static string Canonical(JsonNode? node) => node switch
    {
        JsonObject map => "{" + string.Join(',', map.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}:{Canonical(entry.Value)}")) + "}",
        JsonArray list when list.All(item => item is JsonObject) => "[" + string.Join(',', list.Select(Canonical).Order(StringComparer.Ordinal)) + "]",
        JsonArray list => "[" + string.Join(',', list.Select(Canonical)) + "]",
        null => "null",
        _ => node.ToJsonString(),
    };

    private static string AssemblyNameOf(string project) =>
        (string)XDocument.Load(Path.Combine(Repository.Root, "src", $"Orleans.Inference.{project}", $"Orleans.Inference.{project}.csproj")).Descendants("AssemblyName").Single();

    [GeneratedRegex(@"ShutdownTimeout = TimeSpan\.FromSeconds\((?<seconds>\d+)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex ShutdownTimeout();

    [GeneratedRegex("(?<=name: inference-kafka)-[a-z0-9]{10}$", RegexOptions.Multiline)]
    private static partial Regex GeneratedDigest();
}
