namespace Orleans.Inference.Embedded.Processing;

/// <summary>
/// A queue between two threads that hand work on in order. It needs no bound of its own: the pool of batches bounds what can be in it. Waiting is a plain monitor that sleeps at
/// once: a stage that spins takes the core from the stage it waits for.
/// </summary>
internal sealed class WorkQueue<T>
{
    private readonly Queue<T> _items = new();
    private readonly object _gate = new();
    private bool _completed;

    public void Add(T item)
    {
        lock (_gate)
        {
            _items.Enqueue(item);
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>No more items will come; the taker gets those still there.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _completed = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits for the next item; false when the queue is complete and empty.</summary>
    public bool TryTake(out T item)
    {
        lock (_gate)
        {
            while (!_items.TryDequeue(out item!))
            {
                if (_completed)
                {
                    return false;
                }

                Monitor.Wait(_gate);
            }

            return true;
        }
    }
}
