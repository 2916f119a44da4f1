using System.Net;
using Microsoft.Extensions.Logging;

namespace Orleans.Inference.Api.Callers;

/// <summary>Logs calls with unknown keys: the first, then every hundredth. Any thread.</summary>
internal sealed partial class RefusedCalls(ILogger<RefusedCalls> logger)
{
    private long _count;

    public void Count(IPAddress? from)
    {
        var count = Interlocked.Increment(ref _count);
        if (count % 100 == 1)
        {
            Refused(logger, count, from);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} calls with an unknown key so far, the last from {Address}")]
    private static partial void Refused(ILogger logger, long count, IPAddress? address);
}
