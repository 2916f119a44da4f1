using Microsoft.Extensions.Logging;

namespace Orleans.Inference.Kafka;

/// <summary>Keeps log lines from information on.</summary>
internal sealed class LogLines : ILoggerFactory, ILogger
{
    private readonly List<string> _lines = [];
    private readonly Awaiting _awaiting = new();

    public IReadOnlyList<string> Lines => _awaiting.Change(_lines.ToArray);

    public Task Until(string part) => _awaiting.Until(() => _lines.Exists(line => line.Contains(part)), $"a log line with '{part}'");

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            _awaiting.Change(() =>
            {
                _lines.Add($"{logLevel}: {formatter(state, exception)}");
                return true;
            });
        }
    }

    public void Dispose()
    {
    }
}
