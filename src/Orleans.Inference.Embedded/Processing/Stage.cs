namespace Orleans.Inference.Embedded.Processing;

/// <summary>A thread that works through a queue in order. What it throws stops the engine.</summary>
internal sealed class Stage<T>
{
    private readonly WorkQueue<T> _queue = new();
    private readonly Thread _thread;

    public Stage(string name, Action<T> work, Action<Exception> failed)
    {
        _thread = new Thread(() => Run(work, failed)) { Name = name, IsBackground = true };
        _thread.Start();
    }

    public void Add(T item) => _queue.Add(item);

    /// <summary>Lets the thread finish what is queued, and waits for it.</summary>
    public void Stop()
    {
        _queue.Complete();
        _thread.Join();
    }

    private void Run(Action<T> work, Action<Exception> failed)
    {
        try
        {
            while (_queue.TryTake(out var item))
            {
                work(item);
            }
        }
        catch (Exception exception)
        {
            failed(exception);
        }
    }
}
