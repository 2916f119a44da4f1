using System.Globalization;

namespace Orleans.Inference.Commands.Benchmarks;

/// <summary>
/// Processor time of this process's threads by name, sampled from Linux's <c>/proc</c>, because a thread's time is gone with the thread; it misses what a thread used
/// after its last sample. Empty on other systems.
/// </summary>
internal sealed class ThreadTimes : IDisposable
{
    private const string Tasks = "/proc/self/task";
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly ManualResetEventSlim _stopped = new();
    private readonly Dictionary<string, (string Name, long First, long Last)> _threads = [];
    private readonly Thread? _sampler;

    private ThreadTimes()
    {
        if (Directory.Exists(Tasks))
        {
            Sample(isFirst: true);
            _sampler = new Thread(SampleUntilStopped) { Name = "sampler", IsBackground = true };
            _sampler.Start();
        }
    }

    public static ThreadTimes Start() => new();

    /// <summary>Time by thread name since the start, largest first; what took less than 1 % is left out.</summary>
    public IReadOnlyList<KeyValuePair<string, TimeSpan>> Stop()
    {
        _stopped.Set();
        _sampler?.Join();
        var byName = _threads.Values
            .GroupBy(thread => thread.Name)
            .Select(group => KeyValuePair.Create(group.Key, TimeSpan.FromMicroseconds(group.Sum(thread => thread.Last - thread.First) / 1000)))
            .OrderByDescending(pair => pair.Value)
            .ToList();
        var total = byName.Aggregate(TimeSpan.Zero, (sum, pair) => sum + pair.Value);
        return [.. byName.Where(pair => pair.Value > total / 100)];
    }

    public void Dispose()
    {
        _stopped.Set();
        _sampler?.Join();
        _stopped.Dispose();
    }

    private void SampleUntilStopped()
    {
        while (!_stopped.Wait(Interval))
        {
            Sample(isFirst: false);
        }

        Sample(isFirst: false);
    }

    private void Sample(bool isFirst)
    {
        foreach (var task in Directory.EnumerateDirectories(Tasks))
        {
            try
            {
                // Nanoseconds on a processor, then nanoseconds waiting for one, then turns.
                var text = File.ReadAllText(Path.Combine(task, "schedstat"));
                var time = long.Parse(text.AsSpan(0, text.IndexOf(' ')), NumberStyles.None, CultureInfo.InvariantCulture);
                var name = File.ReadAllText(Path.Combine(task, "comm")).TrimEnd();

                // A thread that appears later began with nothing.
                var first = isFirst ? time : _threads.TryGetValue(task, out var known) ? known.First : 0;
                _threads[task] = (name, first, time);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
            {
                // The thread has ended meanwhile.
            }
        }
    }
}
