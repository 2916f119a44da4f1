using System.Text.Json;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Grains.Pipelines;

/// <summary>A <see cref="RouteRevision"/> on its way between silos, and as it is stored.</summary>
[GenerateSerializer, Immutable, Alias("Orleans.Inference.RouteRecord")]
public sealed class RouteRecord
{
    [Id(0)]
    public required int Number { get; init; }

    [Id(1)]
    public required int Champion { get; init; }

    [Id(2)]
    public float? FallbackValue { get; init; }

    [Id(3)]
    public int? FallbackVersion { get; init; }

    /// <summary>UTC ticks.</summary>
    [Id(4)]
    public long ChangedAt { get; init; }

    [Id(5)]
    public string? Author { get; init; }

    /// <summary>What the pipeline file said.</summary>
    [Id(6)]
    public int WrittenChampion { get; init; }

    [Id(7)]
    public float? WrittenFallbackValue { get; init; }

    [Id(8)]
    public int? WrittenFallbackVersion { get; init; }

    public static RouteRecord Of(RouteRevision revision) => new()
    {
        Number = revision.Number,
        Champion = revision.Route.Champion,
        FallbackValue = revision.Route.Fallback?.Value,
        FallbackVersion = revision.Route.Fallback?.Version,
        ChangedAt = revision.ChangedAt,
        Author = revision.Author,
        WrittenChampion = revision.Written.Champion,
        WrittenFallbackValue = revision.Written.Fallback?.Value,
        WrittenFallbackVersion = revision.Written.Fallback?.Version,
    };

    public RouteRevision ToRevision() => new(
        Number,
        new RouteModel(Champion, FallbackOf(FallbackValue, FallbackVersion)),
        ChangedAt,
        Author,
        new RouteModel(WrittenChampion, FallbackOf(WrittenFallbackValue, WrittenFallbackVersion)));

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this);

    public static RouteRecord FromBytes(ReadOnlySpan<byte> bytes) => JsonSerializer.Deserialize<RouteRecord>(bytes)!;

    private static FallbackModel? FallbackOf(float? value, int? version) => value is null && version is null ? null : new FallbackModel(value, version);
}
