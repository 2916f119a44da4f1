using Orleans.Inference.Engines;
using Orleans.Inference.Events;

namespace Orleans.Inference.Grains.Partitions;

/// <summary>The input of a pipeline's HTTP events, one in the cluster; its key is the pipeline's name.</summary>
[Alias("Orleans.Inference.IHttpDoorGrain")]
public interface IHttpDoorGrain : IGrainWithStringKey
{
    /// <summary>Opens the door, so that the first event need not wait for it.</summary>
    [Alias("Open")]
    ValueTask OpenAsync();

    /// <summary>Takes an event, a JSON object in UTF-8, and answers when it has been scored.</summary>
    [Alias("Score")]
    ValueTask<HttpAnswer> ScoreAsync([Immutable] byte[] json, HttpQuestion question);
}

/// <summary><see cref="ScoreOptions"/> on their way between silos.</summary>
[GenerateSerializer, Immutable, Alias("Orleans.Inference.HttpQuestion")]
public readonly record struct HttpQuestion([property: Id(0)] bool DryRun, [property: Id(1)] int? Version, [property: Id(2)] bool Durable);

/// <summary>A <see cref="ScoreReply"/> on its way between silos.</summary>
[GenerateSerializer, Immutable, Alias("Orleans.Inference.HttpAnswer")]
public sealed class HttpAnswer
{
    [Id(0)]
    public required ReplyStatus Status { get; init; }

    [Id(1)]
    public byte[]? Prediction { get; init; }

    [Id(2)]
    public short RejectedField { get; init; }

    [Id(3)]
    public RejectReason RejectReason { get; init; }

    /// <summary>Its place in HTTP's own numbering; -1 for a dry run or an event that was not taken.</summary>
    [Id(4)]
    public long Offset { get; init; } = -1;

    public static HttpAnswer Of(ScoreReply reply, long offset) => new()
    {
        Status = reply.Status,
        Prediction = reply.Prediction,
        RejectedField = reply.Rejection.Field,
        RejectReason = reply.Rejection.Reason,
        Offset = offset,
    };

    public ScoreReply ToReply() => new(Status, Prediction, new Rejection(RejectedField, RejectReason));
}
