using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Orleans.Inference.Conformance.Engines;
using Orleans.Inference.Silo.Tests.Programs;

namespace Orleans.Inference.Silo.Tests.Clusters;

/// <summary>Callers of silos that ask one thing after the other, and note every call that fails. No call is made twice.</summary>
internal sealed class ScoringCalls(string pipeline) : IAsyncDisposable
{
    private const string Prefix = "h";
    private const int HttpCustomers = 20;

    // What is asked of the door ends in the sink too, and the development broker keeps 5 MB of it.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly List<Task> _callers = [];
    private int _count;
    private int _events;

    /// <summary>Calls so far.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Status and answer, or the error, of each call that was not answered with success.</summary>
    public IReadOnlyCollection<string> Failures => _failures;

    /// <summary>Whether an event came from here and not from Kafka.</summary>
    public static bool IsEvent(string eventId) => eventId.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Asks a silo from now on: scores an event, reads its customer's prediction, and that of a customer who is fed from Kafka.</summary>
    public void Ask(SiloProcess silo) => _callers.Add(Task.Run(() => AskAsync(silo)));

    /// <summary>Ends with the calls under way.</summary>
    public async Task EndAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_callers);
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _end.Dispose();
    }

    private async Task AskAsync(SiloProcess silo)
    {
        var path = $"/v1/pipelines/{pipeline}";
        while (!_end.IsCancellationRequested)
        {
            var number = Interlocked.Increment(ref _events);
            var customer = $"H{number % HttpCustomers}";
            await NoteAsync(silo, $"POST score of {customer}", () =>
            {
                var payment = new ByteArrayContent(Payments.Payment($"{Prefix}{number}", 0, customer, 20));
                payment.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                return silo.Http.PostAsync($"{path}/score", payment);
            });
            await NoteAsync(silo, $"GET prediction of {customer}", () => silo.Http.GetAsync($"{path}/predictions/{customer}"));
            var fed = $"C{number % PaymentTopic.Customers}";
            await NoteAsync(silo, $"GET prediction of {fed}", () => silo.Http.GetAsync($"{path}/predictions/{fed}"));
            await Task.Delay(Pause);
        }
    }

    private async Task NoteAsync(SiloProcess silo, string call, Func<Task<HttpResponseMessage>> ask)
    {
        Interlocked.Increment(ref _count);
        var since = TimeProvider.System.GetTimestamp();
        try
        {
            using var answer = await ask();
            if (!answer.IsSuccessStatusCode)
            {
                Note($"{answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            Note(exception.Message);
        }

        void Note(string failure) => _failures.Enqueue(
            $"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {silo.Http.BaseAddress} {call}, after {TimeProvider.System.GetElapsedTime(since).TotalMilliseconds:F0} ms: {failure}");
    }
}
