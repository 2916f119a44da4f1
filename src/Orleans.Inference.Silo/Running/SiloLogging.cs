using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Orleans.Inference.Silo.Running;

/// <summary>
/// Orleans tells every step of every silo at level information; what is worth a line in normal operation is ours and starts with the same word. What keeps a silo from
/// starting, the program says in one line. The watchdog's first warning comes at every start: it compares with a time it has not taken yet. Polly, which Orleans places
/// grains with, tells of every call.
/// </summary>
internal static class SiloLogging
{
    private static readonly (string Category, LogLevel Level)[] Levels =
    [
        ("Orleans", LogLevel.Warning), ("Orleans.Inference", LogLevel.Information), ("Orleans.Runtime.Silo", LogLevel.Critical),
        ("Orleans.Runtime.SiloLifecycleSubject", LogLevel.None), ("Orleans.Runtime.Watchdog", LogLevel.Error), ("Polly", LogLevel.Warning),
    ];

    public static void Configure(ILoggingBuilder logging, IConfiguration configuration)
    {
        foreach (var (category, level) in Levels)
        {
            // What the configuration says about the category stands.
            if (configuration[$"Logging:LogLevel:{category}"] is null)
            {
                logging.AddFilter(category, level);
            }
        }
    }
}
