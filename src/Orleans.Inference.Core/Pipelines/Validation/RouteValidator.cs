using Orleans.Inference.Pipelines.Configuration;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Pipelines.Validation;

/// <summary>Checks <c>route:</c>: every version it names is in the folder. Without it the highest version is the champion.</summary>
internal static class RouteValidator
{
    public static RouteModel Validate(PipelineConfig config, PipelineText text, ValidationScope scope)
    {
        var highest = text.Versions.DefaultIfEmpty(0).Max();
        if (config.Route is not { } route)
        {
            return new RouteModel(highest, null);
        }

        var champion = route.Champion?.Value ?? highest;
        CheckVersion(route.Champion, "route.champion", text, scope);
        CheckVersion(route.Canary?.Version, "route.canary.version", text, scope);
        CheckVersion(route.Fallback?.Version, "route.fallback.version", text, scope);
        foreach (var version in route.Shadow)
        {
            CheckVersion(version, "route.shadow", text, scope);
        }

        if (route.Canary is { } canary)
        {
            if (canary.Percent is { Value: < 0 or > 100 } percent)
            {
                scope.Problems.Add(percent.Mark, $"`route.canary.percent` is {percent.Value}; allowed: a number from 0 to 100");
            }

            scope.AddNotYet(canary.Mark, "canary", "route.canary");
        }

        if (route.Shadow.Count > 0)
        {
            scope.AddNotYet(route.Shadow[0].Mark, "shadow", "route.shadow");
        }

        return new RouteModel(champion, Fallback(route, champion, scope));
    }

    private static FallbackModel? Fallback(RouteConfig route, int champion, ValidationScope scope)
    {
        if (route.Fallback is not { } fallback)
        {
            return null;
        }

        if (fallback.Value is { } value && !float.IsFinite((float)value.Value))
        {
            scope.Problems.Add(value.Mark, $"`route.fallback.value` is {value.Value}; allowed: a number within the range of float32");
        }

        if (fallback.Version is { } version && version.Value == champion)
        {
            scope.Problems.Add(version.Mark, $"`route.fallback.version` is the champion, {champion}; allowed: another version, or {{ value: 0.5 }}");
        }

        return new FallbackModel((float?)fallback.Value?.Value, fallback.Version?.Value);
    }

    private static void CheckVersion(Located<int>? version, string path, PipelineText text, ValidationScope scope)
    {
        if (version is not null && text.Versions.Count > 0 && !text.Versions.Contains(version.Value))
        {
            scope.Problems.Add(version.Mark, $"`{path}`: there is no version {version.Value}; allowed: {string.Join(", ", text.Versions.Order())}");
        }
    }
}
