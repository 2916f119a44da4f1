using Orleans.Inference.Pipelines.Yaml;

namespace Orleans.Inference.Pipelines.Configuration;

/// <summary><c>route:</c>, which versions play which variant.</summary>
internal sealed record RouteConfig(
    Mark Mark, Located<int>? Champion, CanaryConfig? Canary, IReadOnlyList<Located<int>> Shadow, FallbackConfig? Fallback, Located<string>? Salt)
{
    private const string VersionsAllowed = "a list of versions, such as [1]";

    public static RouteConfig Read(YamlMapping mapping, ProblemList problems)
    {
        var section = new Section(mapping, "route", problems, "champion", "canary", "shadow", "fallback", "salt");
        return new RouteConfig(
            section.Mark,
            Version(section, "champion"),
            section.Mapping("canary", "a mapping with version and percent") is { } canary ? CanaryConfig.Read(canary, problems) : null,
            ReadShadow(section),
            section.Mapping("fallback", "{ value: 0.5 } or { version: 1 }") is { } fallback ? FallbackConfig.Read(fallback, problems) : null,
            section.Text("salt"));
    }

    public static Located<int>? Version(Section section, string key) => section.WholeNumber(key, 1, int.MaxValue);

    private static IReadOnlyList<Located<int>> ReadShadow(Section section)
    {
        switch (section.Node("shadow"))
        {
            case null:
                return [];
            case YamlSequence sequence:
                return
                [
                    .. sequence.Items.Select(item => Scalars.WholeNumber(item, "route.shadow", 1, int.MaxValue, section.Problems))
                        .OfType<Located<int>>(),
                ];
            case YamlScalar { IsNull: false }:
                return Version(section, "shadow") is { } version ? [version] : [];
            case var node:
                section.Problems.Add(node.Mark, $"`route.shadow` is {node.Description}; allowed: {VersionsAllowed}");
                return [];
        }
    }
}

/// <summary><c>route.canary:</c>.</summary>
internal sealed record CanaryConfig(Mark Mark, Located<int>? Version, Located<double>? Percent)
{
    public static CanaryConfig Read(YamlMapping mapping, ProblemList problems)
    {
        var section = new Section(mapping, "route.canary", problems, "version", "percent");
        section.Require("version", "a version");
        section.Require("percent", "a number from 0 to 100");
        return new CanaryConfig(section.Mark, RouteConfig.Version(section, "version"), section.Number("percent"));
    }
}

/// <summary><c>route.fallback:</c>, a constant score or a version.</summary>
internal sealed record FallbackConfig(Mark Mark, Located<double>? Value, Located<int>? Version)
{
    public static FallbackConfig Read(YamlMapping mapping, ProblemList problems)
    {
        var section = new Section(mapping, "route.fallback", problems, "value", "version");
        if (section.Has("value") == section.Has("version"))
        {
            problems.Add(section.Mark, "`route.fallback` needs exactly one of its keys; allowed: { value: 0.5 } or { version: 1 }");
        }

        return new FallbackConfig(section.Mark, section.Number("value"), RouteConfig.Version(section, "version"));
    }
}
