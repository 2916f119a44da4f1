using Microsoft.Extensions.Logging;

namespace Orleans.Inference.Kafka;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Kafka {What}: failure {Count}, trying on: {Reason}")]
    public static partial void Failing(ILogger logger, string what, long count, string reason);

    [LoggerMessage(2, LogLevel.Information, "Kafka {What}: works again after {Failures} failures")]
    public static partial void Recovered(ILogger logger, string what, long failures);

    [LoggerMessage(3, LogLevel.Warning, "Kafka {What}: the position is gone, reading goes on elsewhere: {Text}")]
    public static partial void PositionReset(ILogger logger, string what, string text);

    [LoggerMessage(4, LogLevel.Error, "Kafka {What}: {Text}")]
    public static partial void ClientError(ILogger logger, string what, string text);

    [LoggerMessage(5, LogLevel.Debug, "Kafka {What}: {Facility}: {Text}")]
    public static partial void ClientLine(ILogger logger, string what, string facility, string text);

    [LoggerMessage(6, LogLevel.Warning, "Topic {Topic} partition {Partition} holds {First} to {End}, not {Next}: reading from {First}")]
    public static partial void OutOfRange(ILogger logger, string topic, int partition, long first, long end, long next);

    [LoggerMessage(7, LogLevel.Warning, "Group {Group}: the offsets for monitors could not be written ({Count} times): {Reason}")]
    public static partial void CommitFailing(ILogger logger, string group, long count, string reason);

    [LoggerMessage(8, LogLevel.Information, "Group {Group}: offsets are written again after {Failures} failures")]
    public static partial void CommitRecovered(ILogger logger, string group, long failures);

    [LoggerMessage(9, LogLevel.Information, "Topic {Topic} created with {Partitions} partitions")]
    public static partial void TopicCreated(ILogger logger, string topic, int partitions);

    [LoggerMessage(10, LogLevel.Error, "The receiver of topic {Topic} failed; the source has stopped")]
    public static partial void ReceiverFailed(ILogger logger, Exception exception, string topic);

    [LoggerMessage(11, LogLevel.Error, "The sink has stopped: {Reason}")]
    public static partial void SinkFaulted(ILogger logger, string reason);
}
