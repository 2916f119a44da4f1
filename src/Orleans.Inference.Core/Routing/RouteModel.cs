namespace Orleans.Inference.Routing;

/// <summary>Which versions play which variant. This release routes every event to the champion.</summary>
/// <param name="Champion">Version number of the champion.</param>
/// <param name="Fallback">What answers when the champion fails; null lets the event's outcome be <c>failed</c>.</param>
public sealed record RouteModel(int Champion, FallbackModel? Fallback);

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
