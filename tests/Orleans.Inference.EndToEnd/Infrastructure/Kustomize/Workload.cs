using System.Text.Json.Nodes;
using Orleans.Inference.EndToEnd.Infrastructure.Yaml;

namespace Orleans.Inference.EndToEnd.Infrastructure.Kustomize;

/// <summary>The program in an overlay: its Deployment, its one container, and what stands around them.</summary>
internal sealed class Workload
{
    public Workload(string overlay)
    {
        Overlay = overlay;
        Objects = KustomizeFolder.Render(overlay);
        Deployment = Objects.Single(item => item.Text("kind") == "Deployment");
        Pod = Deployment.At("spec.template.spec");
        Container = Pod.List("containers").Single();
    }

    public static string[] Overlays { get; } =
        [.. Directory.EnumerateDirectories(Path.Combine(KustomizeFolder.Root, "overlays")).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)];

    public string Overlay { get; }

    public IReadOnlyList<JsonObject> Objects { get; }

    public JsonNode Deployment { get; }

    public JsonNode Pod { get; }

    public JsonNode Container { get; }

    /// <summary>Repository and tag.</summary>
    public (string Name, string Tag) Image => Container.Text("image").Split(':') is [var name, var tag] ? (name, tag) : throw new InvalidDataException(Container.Text("image"));

    public string[] Arguments => [.. Container.List("args").Select(argument => argument.Text())];

    /// <summary>The folder that it serves; the image has the repository's <c>models</c> at its root.</summary>
    public string PipelineFolder => Arguments.Single(argument => argument.StartsWith("/models/", StringComparison.Ordinal)).TrimStart('/');

    public IReadOnlyDictionary<string, int> Ports =>
        Container.List("ports").ToDictionary(port => port.Text("name"), port => port.Number("containerPort"), StringComparer.Ordinal);

    /// <summary>Every variable, those of the config maps included; null where a secret or a field of the pod gives the value.</summary>
    public IReadOnlyDictionary<string, string?> Environment
    {
        get
        {
            var variables = new Dictionary<string, string?>(StringComparer.Ordinal);
            foreach (var reference in Container.List("envFrom").Select(source => source.Find("configMapRef.name")).OfType<JsonNode>())
            {
                foreach (var (name, value) in (JsonObject)Of("ConfigMap", reference.Text()).At("data"))
                {
                    variables.Add(name, value!.Text());
                }
            }

            foreach (var variable in Container.List("env"))
            {
                variables.Add(variable.Text("name"), variable.Find("value")?.Text());
            }

            return variables;
        }
    }

    /// <summary>Secrets that have to be there, and their keys.</summary>
    public IEnumerable<(string Secret, string Key)> Secrets =>
        Objects.SelectMany(item => item.Everything())
            .Select(node => (node as JsonObject)?["secretKeyRef"] ?? (node as JsonObject)?["credentials"])
            .OfType<JsonObject>()
            .Select(reference => (reference.Text("name"), reference.Text("key")))
            .Distinct();

    public JsonObject Of(string kind, string name) => Objects.Single(item => item.Text("kind") == kind && item.Text("metadata.name") == name);

    public IEnumerable<JsonObject> All(string kind) => Objects.Where(item => item.Text("kind") == kind);

    /// <summary>Whether a selector's labels are all among the pod's.</summary>
    public bool Selects(JsonNode labels) => ((JsonObject)labels).All(label => Deployment.At("spec.template.metadata.labels")[label.Key]?.Text() == label.Value!.Text());

    public override string ToString() => Overlay;
}
