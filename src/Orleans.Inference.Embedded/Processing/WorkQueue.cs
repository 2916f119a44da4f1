namespace Orleans.Inference.Embedded.Processing;

/// <summary>
/// A queue between two threads that hand work on in order. It needs no bound of its own: the pool of batches bounds what can be in it. A monitor is enough, for
/// an item is a batch and not an event.
/// </summary>
internal sealed class WorkQueue<T>
{
    private readonly Queue<T> _items = new();
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _available = new(0);
    private bool _completed;

    public void Add(T item)
    {
        lock (_gate)
        {
            _items.Enqueue(item);
        }

        _available.Release();
    }

    /// <summary>No more items will come; takers get those still there.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _completed = true;
        }

        _available.Release();
    }

    /// <summary>Waits for the next item; false when the queue is complete and empty.</summary>
    public bool TryTake(out T item)
    {
        _available.Wait();
        lock (_gate)
        {
            if (_items.TryDequeue(out item!))
            {
                return true;
            }

            if (_completed)
            {
                _available.Release();
            }

            return false;
        }
    }
}
