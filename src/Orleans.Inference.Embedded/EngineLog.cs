using Microsoft.Extensions.Logging;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Embedded;

internal static partial class EngineLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Pipeline {Pipeline} serves: {Entities} entities restored, next sequence number {Sequence}")]
    public static partial void Started(ILogger logger, string pipeline, int entities, long sequence);

    [LoggerMessage(Level = LogLevel.Information, Message = "Pipeline {Pipeline} takes {Records} records again after a crash; {Delivered} of them have been answered")]
    public static partial void Recovering(ILogger logger, string pipeline, int records, int delivered);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Topic {Topic} is another incarnation than the checkpoint's: reading from its first record; entity state stays")]
    public static partial void PositionsDropped(ILogger logger, string topic);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Topic {Topic} partition {Partition} no longer holds offsets {From} to {First}: they are skipped")]
    public static partial void RecordsGone(ILogger logger, string topic, int partition, long from, long first);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Model version {Version} failed {Count} times: {Reason}")]
    public static partial void ModelFailed(ILogger logger, int version, long count, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Pipeline {Pipeline}: route revision {Revision} by {Author}: from {Before} to {After}")]
    public static partial void RouteChanged(ILogger logger, string pipeline, int revision, string author, RouteModel before, RouteModel after);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Pipeline {Pipeline} stops: {Reason}")]
    public static partial void Stopped(ILogger logger, string pipeline, string reason, Exception exception);
}
