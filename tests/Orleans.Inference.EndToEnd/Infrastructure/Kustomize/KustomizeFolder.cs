using System.Text.Json.Nodes;
using Orleans.Inference.EndToEnd.Infrastructure.Yaml;

namespace Orleans.Inference.EndToEnd.Infrastructure.Kustomize;

/// <summary>
/// Builds a kustomization as <c>kubectl kustomize</c> does, as far as these manifests go. Strict: what it does not know, a file that is not there, and a patch without a
/// target are errors. Generated names carry no digest.
/// </summary>
internal sealed class KustomizeFolder
{
    private static readonly string[] Known = ["apiVersion", "kind", "namespace", "resources", "components", "patches", "images", "configMapGenerator"];

    private readonly string _folder;
    private readonly JsonObject _file;

    private KustomizeFolder(string folder)
    {
        _folder = Path.GetFullPath(folder);
        _file = (JsonObject)YamlFile.Read(Path.Combine(_folder, "kustomization.yaml")).Single();
        foreach (var (key, _) in _file)
        {
            Require(Known.Contains(key), $"'{key}' is not understood");
        }
    }

    public static string Root { get; } = Path.Combine(Repository.Root, "infra", "kubernetes");

    /// <summary>Every object of an overlay.</summary>
    public static IReadOnlyList<JsonObject> Render(string overlay) => new KustomizeFolder(Path.Combine(Root, "overlays", overlay)).Build([]);

    private List<JsonObject> Build(List<JsonObject> objects)
    {
        objects.AddRange(_file.List("resources").SelectMany(resource => ObjectsOf(resource.Text())));
        foreach (var component in _file.List("components"))
        {
            objects = new KustomizeFolder(Path.Combine(_folder, component.Text())).Build(objects);
        }

        objects.AddRange(_file.List("configMapGenerator").Select(ConfigMapOf));
        foreach (var patch in _file.List("patches").SelectMany(patch => DocumentsOf(patch.Text("path"))))
        {
            StrategicMerge.Apply(Target(objects, patch), patch);
        }

        foreach (var image in _file.List("images"))
        {
            SetImage(objects, image);
        }

        if (_file["namespace"] is { } name)
        {
            foreach (var metadata in objects.Where(item => item.Text("kind") != "Namespace").Select(item => (JsonObject)item.At("metadata")))
            {
                metadata["namespace"] = name.DeepClone();
            }
        }

        return objects;
    }

    private IEnumerable<JsonObject> ObjectsOf(string resource) =>
        Directory.Exists(Path.Combine(_folder, resource)) ? new KustomizeFolder(Path.Combine(_folder, resource)).Build([]) : DocumentsOf(resource);

    private IEnumerable<JsonObject> DocumentsOf(string file)
    {
        Require(File.Exists(Path.Combine(_folder, file)), $"there is no {file}");
        return YamlFile.Read(Path.Combine(_folder, file)).Cast<JsonObject>();
    }

    private JsonObject Target(List<JsonObject> objects, JsonObject patch)
    {
        var target = objects.SingleOrDefault(item => item.Text("kind") == patch.Text("kind") && item.Text("metadata.name") == patch.Text("metadata.name"));
        Require(target is not null, $"a patch of {patch.Text("kind")} {patch.Text("metadata.name")} finds nothing to patch");
        return target!;
    }

    private static JsonObject ConfigMapOf(JsonNode generator) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = new JsonObject { ["name"] = generator.Text("name") },
        ["data"] = new JsonObject(generator.List("literals").Select(literal => literal.Text().Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], (JsonNode?)pair[1]))),
    };

    private void SetImage(List<JsonObject> objects, JsonNode image)
    {
        var containers = objects.SelectMany(item => item.List("spec.template.spec.containers"))
            .Where(container => container.Text("image").Split(':')[0] == image.Text("name"))
            .ToList();
        Require(containers.Count > 0, $"no container has the image {image.Text("name")}");
        foreach (var container in containers)
        {
            container["image"] = $"{image.Find("newName")?.Text() ?? image.Text("name")}:{image.Text("newTag")}";
        }
    }

    private void Require(bool holds, string problem)
    {
        if (!holds)
        {
            throw new InvalidDataException($"{Path.Combine(_folder, "kustomization.yaml")}: {problem}");
        }
    }
}
