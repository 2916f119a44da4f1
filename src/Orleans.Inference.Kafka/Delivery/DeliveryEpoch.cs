namespace Orleans.Inference.Kafka;

/// <summary>The records produced between two flushes. Counted by the writing thread and by the thread of delivery reports.</summary>
internal sealed class DeliveryEpoch
{
    private readonly TaskCompletionSource _own = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // One more than the records under way until the epoch is sealed.
    private long _pending = 1;
    private InferenceException? _failure;

    public DeliveryEpoch(long number, Task earlier)
    {
        Number = number;
        Completion = AfterAsync(earlier, _own.Task);
        Observe(Completion);
        Observe(_own.Task);
    }

    public long Number { get; }

    /// <summary>
    /// Completes when this epoch's records and all earlier ones are acknowledged; with the first failure of this epoch or an earlier one.
    /// </summary>
    public Task Completion { get; }

    /// <summary>Whether every record of the sealed epoch has been heard of.</summary>
    public bool IsDone => Interlocked.Read(ref _pending) == 0;

    public void Enter() => Interlocked.Increment(ref _pending);

    /// <summary>A record is through, or the epoch is sealed.</summary>
    public void Leave(InferenceException? failure = null)
    {
        if (failure is not null)
        {
            Interlocked.CompareExchange(ref _failure, failure, null);
        }

        if (Interlocked.Decrement(ref _pending) > 0)
        {
            return;
        }

        if (_failure is { } first)
        {
            _own.TrySetException(first);
        }
        else
        {
            _own.TrySetResult();
        }
    }

    /// <summary>Nothing more will be heard.</summary>
    public void Fail(InferenceException failure) => _own.TrySetException(failure);

    private static async Task AfterAsync(Task earlier, Task own)
    {
        await earlier;
        await own;
    }

    // Nobody may be waiting for an epoch that fails; the next write says so too.
    private static void Observe(Task task) =>
        _ = task.ContinueWith(static failed => _ = failed.Exception, CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
}
