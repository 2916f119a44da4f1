using System.Text;
using System.Text.Json;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Pipelines.Configuration;
using Orleans.Inference.Pipelines.Validation;
using Orleans.Inference.Pipelines.Yaml;

namespace Orleans.Inference.Routing;

/// <summary>What reading a route from JSON gave.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="Route">The route when <see cref="RouteStatus.Answered"/>.</param>
/// <param name="Reason">Every problem with what is allowed, when not.</param>
public sealed record RouteReading(RouteStatus Status, RouteModel? Route, string? Reason);

/// <summary>
/// Reads a whole route from JSON by the rules of <c>route:</c> in the pipeline file; what this release cannot do is refused by name. The members that an answer has beside the route
/// (<c>revision</c>, <c>changedAt</c>, <c>author</c>) may be sent back and mean nothing.
/// </summary>
public static class RouteReader
{
    private static readonly string[] AnswerMembers = ["revision", "changedAt", "author"];

    public static RouteReading Read(ReadOnlyMemory<byte> json, PipelineModel pipeline)
    {
        YamlNode root;
        try
        {
            root = JsonTree.Read(json);
        }
        catch (JsonException exception)
        {
            return new RouteReading(RouteStatus.InvalidJson, null, $"The body is not valid JSON: {exception.Message}");
        }

        if (root is not YamlMapping mapping)
        {
            return new RouteReading(RouteStatus.Invalid, null, $"the route is {root.Description}; allowed: an object such as {{\"champion\": 2}}");
        }

        var problems = new ProblemList("");
        var scope = new ValidationScope("", problems);
        var config = RouteConfig.Read(mapping with { Entries = [.. mapping.Entries.Where(entry => !AnswerMembers.Contains(entry.Key.Text))] }, problems);
        if (config.Champion is null && problems.IsEmpty)
        {
            problems.Add(mapping.Mark, "`route.champion` is missing; allowed: a version, for a route is set whole");
        }

        var unknown = new ProblemList("");
        var route = RouteValidator.Validate(config, pipeline.Model.Versions, scope, unknown);
        var invalid = problems.InOrder().Concat(scope.NotYet.InOrder()).ToList();
        return invalid.Count > 0 ? new RouteReading(RouteStatus.Invalid, null, Text(invalid))
            : !unknown.IsEmpty ? new RouteReading(RouteStatus.UnknownVersion, null, Text(unknown.InOrder()))
            : new RouteReading(RouteStatus.Answered, route, null);
    }

    private static string Text(IEnumerable<PipelineProblem> problems) =>
        new StringBuilder().AppendJoin("; ", problems.Select(problem => problem.Message)).ToString();
}
