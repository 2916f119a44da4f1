using Microsoft.Extensions.Logging;

namespace Orleans.Inference.Streams.Kafka;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Kafka streams {Name}: {What}: failure {Count}, trying on: {Reason}")]
    public static partial void Failing(ILogger logger, string name, string what, long count, string reason);

    [LoggerMessage(2, LogLevel.Information, "Kafka streams {Name}: {What}: works again after {Failures} failures")]
    public static partial void Recovered(ILogger logger, string name, string what, long failures);

    [LoggerMessage(3, LogLevel.Error, "Kafka streams {Name}: reading has stopped; restart the silo: {Reason}")]
    public static partial void Fatal(ILogger logger, string name, string reason);

    [LoggerMessage(4, LogLevel.Debug, "Kafka streams {Name}: {Facility}: {Text}")]
    public static partial void ClientLine(ILogger logger, string name, string facility, string text);

    [LoggerMessage(5, LogLevel.Information, "Kafka streams {Name}: {Topic} partition {Partition} is read again from {Offset}: a subscription starts there")]
    public static partial void Rewinding(ILogger logger, string name, string topic, int partition, long offset);

    [LoggerMessage(6, LogLevel.Warning, "Kafka streams {Name}: {Topic} partition {Partition} holds nothing before {First}, was to be read from {Asked}")]
    public static partial void RewoundTooFar(ILogger logger, string name, string topic, int partition, long first, long asked);

    [LoggerMessage(7, LogLevel.Warning, "Kafka streams {Name}: dead letter, partition {Partition} offset {Offset}: {Reason}")]
    public static partial void DeadLetter(ILogger logger, string name, int partition, long offset, string reason);

    [LoggerMessage(9, LogLevel.Warning, "Kafka streams {Name}: {Topic} partition {Partition} has begun anew: expected {Expected}, got {Offset}")]
    public static partial void BegunAnew(ILogger logger, string name, string topic, int partition, long expected, long offset);

    [LoggerMessage(8, LogLevel.Information, "Kafka streams {Name}: topic {Topic} has {Partitions} partitions")]
    public static partial void TopicFound(ILogger logger, string name, string topic, int partitions);
}
