using Orleans.Inference.Engines;
using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Routing;

/// <summary>What every engine refuses of a route before it loads anything.</summary>
public static class RoutePolicy
{
    /// <summary>The refusal, or null when the route may serve if its versions can be loaded.</summary>
    public static RouteReply? Refuse(RouteModel route, PipelineModel pipeline)
    {
        var versions = pipeline.Model.Versions;
        foreach (var version in route.Versions())
        {
            if (!versions.Contains(version))
            {
                return new RouteReply(
                    RouteStatus.UnknownVersion, Reason: $"there is no version {version}; allowed: {string.Join(", ", versions.Order())}");
            }
        }

        return route.Fallback switch
        {
            null => null,
            { Version: { } version, Value: null } when version != route.Champion => null,
            { Version: not null, Value: null } => Invalid($"the fallback is the champion, version {route.Champion}; allowed: another version, or a value"),
            { Value: { } value, Version: null } when float.IsFinite(value) => null,
            { Value: not null, Version: null } => Invalid("the fallback's value is not finite; allowed: a number within the range of float32"),
            _ => Invalid("the fallback needs exactly one of value and version"),
        };
    }

    private static RouteReply Invalid(string reason) => new(RouteStatus.Invalid, Reason: reason);
}
