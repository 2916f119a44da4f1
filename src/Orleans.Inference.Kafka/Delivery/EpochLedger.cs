using System.Collections.Concurrent;

namespace Orleans.Inference.Kafka;

/// <summary>The epochs of one producer: one open, the others sealed and waiting for their last acknowledgements. Any thread.</summary>
internal sealed class EpochLedger
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<long, DeliveryEpoch> _epochs = new();
    private DeliveryEpoch _open;

    public EpochLedger()
    {
        _open = new DeliveryEpoch(0, Task.CompletedTask);
        _epochs[0] = _open;
    }

    /// <summary>Counts a record into the open epoch.</summary>
    public DeliveryEpoch Enter()
    {
        lock (_gate)
        {
            _open.Enter();
            return _open;
        }
    }

    /// <summary>The epoch of a record that has not left it yet.</summary>
    public DeliveryEpoch Find(long number) => _epochs[number];

    /// <summary>Forgets an epoch when its last record has left.</summary>
    public void Drop(DeliveryEpoch epoch)
    {
        if (epoch.IsDone)
        {
            _epochs.TryRemove(epoch.Number, out _);
        }
    }

    /// <summary>Seals the open epoch, starts the next, and returns the sealed one's completion.</summary>
    public Task Seal()
    {
        DeliveryEpoch done;
        lock (_gate)
        {
            done = _open;
            _open = new DeliveryEpoch(done.Number + 1, done.Completion);
            _epochs[_open.Number] = _open;
            done.Leave();
        }

        Drop(done);
        return done.Completion;
    }

    /// <summary>Fails everything that is under way.</summary>
    public void Fail(InferenceException failure)
    {
        foreach (var epoch in _epochs.Values)
        {
            epoch.Fail(failure);
        }
    }
}
