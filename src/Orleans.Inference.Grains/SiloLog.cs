using Microsoft.Extensions.Logging;
using Orleans.Inference.Routing;

namespace Orleans.Inference.Grains;

internal static partial class SiloLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "State cannot be written ({Failures} times now): {Error}. Trying again; nothing is committed meanwhile.")]
    public static partial void StoreFails(ILogger logger, string error, int failures);

    [LoggerMessage(Level = LogLevel.Information, Message = "State can be written again after {Failures} failures.")]
    public static partial void StoreRecovered(ILogger logger, int failures);

    [LoggerMessage(Level = LogLevel.Error, Message = "What {Count} states have unsaved cannot be taken; their inputs send the events again")]
    public static partial void StatesNotTaken(ILogger logger, int count, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} states belong to other activations now; their inputs send the events again.")]
    public static partial void StatesLost(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Pipeline {Pipeline}, input {Input}: starting again from its last commit: {Reason}")]
    public static partial void InputRestarts(ILogger logger, string pipeline, string input, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Pipeline {Pipeline}, input {Input}: from offset {Offset}, {Delivered} answers already delivered")]
    public static partial void InputStarts(ILogger logger, string pipeline, string input, long offset, int delivered);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Pipeline {Pipeline}: {Count} entities did not answer ({Attempts} times now): {Error}")]
    public static partial void EntitiesFail(ILogger logger, string pipeline, int count, int attempts, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Pipeline {Pipeline}: positions belong to another incarnation of topic {Topic}; starting from its first record, state stays")]
    public static partial void PositionDropped(ILogger logger, string pipeline, string topic);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Pipeline {Pipeline}: version {Version} failed ({Failures} times now): {Error}")]
    public static partial void ModelFailed(ILogger logger, string pipeline, int version, long failures, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Pipeline {Pipeline}: its supervisor does not answer: {Error}")]
    public static partial void SupervisorFails(ILogger logger, string pipeline, string error);

    [LoggerMessage(Level = LogLevel.Information, Message = "Pipeline {Pipeline}: partition {Partition} moves from {From} to {To}")]
    public static partial void PartitionMoves(ILogger logger, string pipeline, int partition, string from, string to);

    [LoggerMessage(Level = LogLevel.Information, Message = "Pipeline {Pipeline}: route revision {Revision} by {Author}: from {Before} to {After}")]
    public static partial void RouteChanged(ILogger logger, string pipeline, int revision, string author, RouteModel before, RouteModel after);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Pipeline {Pipeline}: gave up stopping in order after {Seconds} s: its silo does not answer")]
    public static partial void EngineAbandoned(ILogger logger, string pipeline, double seconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "Pipeline {Pipeline} stopped: {Error}")]
    public static partial void Stopped(ILogger logger, string pipeline, string error);
}
