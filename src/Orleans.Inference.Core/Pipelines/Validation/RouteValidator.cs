using Orleans.Inference.Pipelines.Configuration;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Pipelines.Validation;

/// <summary>Checks <c>route:</c>: every version it names is in the folder. Without it the highest version is the champion.</summary>
internal static class RouteValidator
{
    /// <summary>The route that serves, and the route as the file has it: with champion 0 where it names none.</summary>
    public static (RouteModel Route, RouteModel Written) Validate(PipelineConfig config, PipelineText text, ValidationScope scope)
    {
        var route = config.Route is null
            ? new RouteModel(text.Versions.DefaultIfEmpty(0).Max(), null)
            : Validate(config.Route, text.Versions, scope, scope.Problems);
        return (route, config.Route?.Champion is null ? route with { Champion = 0 } : route);
    }

    /// <param name="route">What somebody wrote.</param>
    /// <param name="versions">The versions in the folder; with none of them nothing is said about versions.</param>
    /// <param name="scope">Receives problems, and what this release cannot do.</param>
    /// <param name="unknown">Receives versions that the folder lacks.</param>
    public static RouteModel Validate(RouteConfig route, IReadOnlyList<int> versions, ValidationScope scope, ProblemList unknown)
    {
        var highest = versions.DefaultIfEmpty(0).Max();
        var champion = route.Champion?.Value ?? highest;
        CheckVersion(route.Champion, "route.champion", versions, unknown);
        CheckVersion(route.Canary?.Version, "route.canary.version", versions, unknown);
        CheckVersion(route.Fallback?.Version, "route.fallback.version", versions, unknown);
        foreach (var version in route.Shadow)
        {
            CheckVersion(version, "route.shadow", versions, unknown);
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

    private static void CheckVersion(Located<int>? version, string path, IReadOnlyList<int> versions, ProblemList unknown)
    {
        if (version is not null && versions.Count > 0 && !versions.Contains(version.Value))
        {
            unknown.Add(version.Mark, $"`{path}`: there is no version {version.Value}; allowed: {string.Join(", ", versions.Order())}");
        }
    }
}
