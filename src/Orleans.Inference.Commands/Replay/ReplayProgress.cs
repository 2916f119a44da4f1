using Spectre.Console;

namespace Orleans.Inference.Commands.Replay;

/// <summary>A progress line with rate and time left on a terminal; nothing elsewhere.</summary>
internal sealed class ReplayProgress : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly TextWriter? _terminal;
    private readonly long _totalBytes;
    private readonly TimeProvider _time = TimeProvider.System;
    private readonly long _started;
    private long _shown;
    private long _doneBytes;
    private FileStream? _current;

    private ReplayProgress(TextWriter? terminal, long totalBytes)
    {
        _terminal = terminal;
        _totalBytes = totalBytes;
        _started = _time.GetTimestamp();
    }

    public static ReplayProgress Start(IReadOnlyList<string> files, TextWriter errors)
    {
        var isTerminal = !Console.IsErrorRedirected && ReferenceEquals(errors, Console.Error);
        var total = files.Contains("-") ? 0 : files.Sum(file => new FileInfo(file).Length);
        return new ReplayProgress(isTerminal ? errors : null, total);
    }

    /// <summary>Follows how far a file has been read.</summary>
    public FileStream Watch(FileStream file)
    {
        _doneBytes += _current is null ? 0 : new FileInfo(_current.Name).Length;
        return _current = file;
    }

    public void Report(long records)
    {
        if (_terminal is null || _time.GetElapsedTime(_shown) < Interval)
        {
            return;
        }

        _shown = _time.GetTimestamp();
        var elapsed = _time.GetElapsedTime(_started).TotalSeconds;
        var line = $"{records:N0} events, {records / elapsed:N0}/s";
        if (_totalBytes > 0 && _current is { CanSeek: true })
        {
            var share = Math.Clamp((_doneBytes + _current.Position) / (double)_totalBytes, 0, 1);
            var width = Math.Max(10, AnsiConsole.Profile.Width - line.Length - 24);
            var filled = (int)(share * width);
            var left = share > 0 ? TimeSpan.FromSeconds(elapsed * (1 - share) / share) : TimeSpan.Zero;
            line = $"{new string('━', filled)}{new string('─', width - filled)} {share,4:P0}  {line}, {left:mm\\:ss} left";
        }

        _terminal.Write($"\r{line}\e[K");
    }

    public void Finish() => _terminal?.Write("\r\e[K");

    public void Dispose() => _current = null;
}
