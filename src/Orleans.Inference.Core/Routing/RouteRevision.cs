using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Routing;

/// <summary>A route with its place in the pipeline's history of routes. Immutable.</summary>
/// <param name="Number">1 for the first; every change is the next. Predictions carry it.</param>
/// <param name="Route">Which versions play which variant.</param>
/// <param name="ChangedAt">When it came to be: UTC ticks; 0 when nobody noted it.</param>
/// <param name="Author">Name of the caller who set it; null when it came from the pipeline file.</param>
/// <param name="Written">What the pipeline file said at that time; a champion of 0 means that it named none.</param>
public sealed record RouteRevision(int Number, RouteModel Route, long ChangedAt, string? Author, RouteModel Written)
{
    /// <summary>The revision of a pipeline that nothing is stored of.</summary>
    public static RouteRevision First(PipelineModel pipeline) => new(1, pipeline.Route, 0, null, pipeline.WrittenRoute);

    /// <summary>
    /// The revision that serves from a start on. The stored one wins until what the pipeline file says changes, which is then the next revision. Where the file names no
    /// champion, a new highest version in the folder is a change of what the file means, unless a caller has set the route since.
    /// </summary>
    /// <param name="stored">The last revision; null when there is none.</param>
    /// <param name="pipeline">The pipeline as it is read now.</param>
    /// <param name="now">UTC ticks.</param>
    public static RouteRevision AtStart(RouteRevision? stored, PipelineModel pipeline, long now)
    {
        if (stored is null)
        {
            return First(pipeline) with { ChangedAt = now };
        }

        var isWrittenAnew = stored.Written != pipeline.WrittenRoute;
        var isFromFileAndMoved = stored.Author is null && stored.Route != pipeline.Route;
        return isWrittenAnew || isFromFileAndMoved
            ? new RouteRevision(stored.Number + 1, pipeline.Route, now, null, pipeline.WrittenRoute)
            : stored;
    }

    /// <summary>The revision after a caller's change; this one when nothing changes.</summary>
    public RouteRevision Next(RouteModel route, string author, long now) =>
        route == Route ? this : new RouteRevision(Number + 1, route, now, author, Written);
}
