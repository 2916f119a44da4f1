namespace Orleans.Inference.Grains.Engine;

/// <summary>Counts requests under way, so that stopping waits for those that were taken and takes no more. Any thread.</summary>
internal sealed class RequestGate
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;
    private bool _isClosed;

    /// <summary>False when no more are taken.</summary>
    public bool TryEnter()
    {
        lock (_gate)
        {
            _count += _isClosed ? 0 : 1;
            return !_isClosed;
        }
    }

    public void Leave()
    {
        lock (_gate)
        {
            if (--_count == 0 && _isClosed)
            {
                _empty.TrySetResult();
            }
        }
    }

    /// <summary>Takes no more; completes when those under way have been answered.</summary>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            _isClosed = true;
            if (_count == 0)
            {
                _empty.TrySetResult();
            }
        }

        return _empty.Task;
    }
}
