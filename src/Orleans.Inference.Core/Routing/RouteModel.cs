using System.Globalization;

namespace Orleans.Inference.Routing;

/// <summary>Which versions play which variant. This release routes every event to the champion.</summary>
/// <param name="Champion">Version number of the champion; 0 in <see cref="RouteRevision.Written"/> means the highest in the folder.</param>
/// <param name="Fallback">What answers when the champion fails; null lets the event's outcome be <c>failed</c>.</param>
public sealed record RouteModel(int Champion, FallbackModel? Fallback)
{
    /// <summary>Every version that the route asks: what has to be loaded before it serves.</summary>
    public IEnumerable<int> Versions()
    {
        yield return Champion;
        if (Fallback?.Version is { } version)
        {
            yield return version;
        }
    }

    /// <summary>As audits show it.</summary>
    public override string ToString()
    {
        var fallback = Fallback switch
        {
            null => "no fallback",
            { Version: { } version } => $"fallback version {version}",
            { Value: var value } => string.Create(CultureInfo.InvariantCulture, $"fallback {value}"),
        };
        return $"champion {Champion}, {fallback}";
    }
}

/// <summary>A constant score, or another version.</summary>
public sealed record FallbackModel(float? Value, int? Version);

/// <summary>The role a version played for a prediction.</summary>
public enum Variant : byte
{
    Champion,
    Canary,
    Shadow,
    Fallback,
}
