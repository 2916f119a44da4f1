using System.Text.Json.Nodes;
using Orleans.Inference.EndToEnd.Infrastructure.Yaml;

namespace Orleans.Inference.EndToEnd.Infrastructure.Kustomize;

/// <summary>
/// Kubernetes' strategic merge as far as these manifests go: objects are merged, null removes, lists are merged by the key that their elements are known by, other lists are
/// replaced. See https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/.
/// </summary>
internal static class StrategicMerge
{
    private static readonly Dictionary<string, string> Keys = new(StringComparer.Ordinal)
    {
        ["containers"] = "name",
        ["env"] = "name",
        ["volumes"] = "name",
        ["volumeMounts"] = "mountPath",
        ["ports"] = "containerPort",
        ["topologySpreadConstraints"] = "topologyKey",
    };

    public static void Apply(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            switch (value)
            {
                case null:
                    target.Remove(name);
                    break;
                case JsonObject map when target[name] is JsonObject inner:
                    Apply(inner, map);
                    break;
                case JsonArray list when target[name] is JsonArray inner && Keys.TryGetValue(name, out var key):
                    ApplyList(inner, list, key);
                    break;
                default:
                    target[name] = value.DeepClone();
                    break;
            }
        }
    }

    private static void ApplyList(JsonArray target, JsonArray patch, string key)
    {
        foreach (var element in patch.OfType<JsonObject>())
        {
            var same = target.OfType<JsonObject>().FirstOrDefault(known => known.Text(key) == element.Text(key));
            if (same is null)
            {
                target.Add(element.DeepClone());
            }
            else
            {
                Apply(same, element);
            }
        }
    }
}
