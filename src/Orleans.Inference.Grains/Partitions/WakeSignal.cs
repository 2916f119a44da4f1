namespace Orleans.Inference.Grains.Partitions;

/// <summary>Wakes one waiter. A signal given while nobody waits is kept; several are one.</summary>
internal sealed class WakeSignal
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _waiter;
    private bool _isSet;

    /// <summary>Any thread.</summary>
    public void Set()
    {
        TaskCompletionSource? waiter;
        lock (_gate)
        {
            (waiter, _waiter) = (_waiter, null);
            _isSet = waiter is null;
        }

        waiter?.TrySetResult();
    }

    /// <summary>Completes with the next signal, at once when one is kept. One waiter at a time.</summary>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_isSet)
            {
                _isSet = false;
                return Task.CompletedTask;
            }

            _waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return cancellationToken.CanBeCanceled ? _waiter.Task.WaitAsync(cancellationToken) : _waiter.Task;
        }
    }
}
