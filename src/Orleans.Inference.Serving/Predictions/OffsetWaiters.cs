using Orleans.Inference.Delivery;

namespace Orleans.Inference.Serving.Predictions;

/// <summary>How far each source partition has been scored, and who waits for it.</summary>
public sealed class OffsetWaiters
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, long> _scored = [];
    private readonly List<(PartitionOffset Position, TaskCompletionSource Reached)> _waiters = [];

    /// <summary>Everything of the partition up to and including the offset has been scored.</summary>
    public void Reached(PartitionOffset position)
    {
        lock (_gate)
        {
            _scored[position.Partition] = Math.Max(position.Offset, _scored.GetValueOrDefault(position.Partition, -1));
            for (var i = _waiters.Count - 1; i >= 0; i--)
            {
                if (_waiters[i].Position.Partition == position.Partition && _waiters[i].Position.Offset <= position.Offset)
                {
                    _waiters[i].Reached.TrySetResult();
                    _waiters.RemoveAt(i);
                }
            }
        }
    }

    /// <summary>Waits for a position; false when the timeout came first.</summary>
    public async ValueTask<bool> WaitAsync(PartitionOffset position, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_scored.GetValueOrDefault(position.Partition, -1) >= position.Offset)
            {
                return true;
            }

            _waiters.Add((position, reached));
        }

        try
        {
            await reached.Task.WaitAsync(timeout, time, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
        finally
        {
            lock (_gate)
            {
                _waiters.RemoveAll(waiter => waiter.Reached == reached);
            }
        }
    }
}
