using Microsoft.Extensions.Logging;
using Orleans.Inference.Checkpoints;
using Orleans.Inference.Grains.Entities;

namespace Orleans.Inference.Grains.Storage;

/// <summary>A state that the writer takes what is unsaved from. Any thread.</summary>
internal interface IUnsavedState
{
    /// <summary>Nothing of it is to be saved, or on its way to the store.</summary>
    bool IsSaved { get; }

    /// <summary>Somebody else owns it: what is in memory is worth nothing, and is never written.</summary>
    bool IsLost { get; }

    /// <summary>Appends what is unsaved to the bytes of a statement, and gives it the next version.</summary>
    StateVersion TakeUnsaved(ByteWriter bytes);

    /// <summary>What was taken is durable.</summary>
    void Saved();

    /// <summary>Somebody else has written the version, or it could not be saved in time.</summary>
    void Lose();
}

/// <param name="Key">Whose state.</param>
/// <param name="Version">One more than the state's last write; 1 for the first.</param>
/// <param name="IsWhole">It replaces everything written before; otherwise it is added to it.</param>
internal readonly record struct StateVersion(StateKey Key, long Version, bool IsWhole);

/// <summary>
/// Gathers what a silo's grains have changed and writes it together: while one statement is under way the next one collects, so that a hundred thousand events a second make a few
/// statements. A store that fails is tried again; meanwhile nothing is committed and nothing lost. Any thread.
/// </summary>
internal sealed class StateWriter(IEntityStore store, SiloAddress silo, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly ByteWriter _statement = new();
    private readonly List<(StateVersion Version, int End)> _taken = [];
    private readonly List<StateWrite> _writes = [];
    private List<IUnsavedState> _unsaved = [];
    private List<IUnsavedState> _saving = [];
    private Task? _running;
    private TaskCompletionSource? _next;
    private EntityHost _host = new() { Silo = silo, Epoch = time.GetUtcNow().UtcTicks };

    public bool TakesChanges => store.TakesChanges;

    /// <summary>This silo, as an entity's answer names it. Replaced when unsaved state has been lost.</summary>
    public EntityHost Host => Volatile.Read(ref _host);

    /// <summary>States written since start, and their bytes.</summary>
    public long WrittenRows { get; private set; }

    public long WrittenBytes { get; private set; }

    public long Statements { get; private set; }

    public void Add(IUnsavedState state)
    {
        lock (_gate)
        {
            _unsaved.Add(state);
        }
    }

    public ValueTask<StoredState?> ReadAsync(StateKey key, CancellationToken cancellationToken) => store.ReadAsync(key, cancellationToken);

    /// <summary>Completes when everything added before the call is durable, or known to be lost.</summary>
    public Task FlushAsync()
    {
        lock (_gate)
        {
            if (_running is null)
            {
                return _running = Task.Run(RunAsync);
            }

            // What is under way has perhaps been taken before the caller's last change.
            _next ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _next.Task;
        }
    }

    /// <summary>Saves a state that is about to leave memory; when that cannot be done in time, it is lost and the inputs are told by the epoch.</summary>
    public async Task SaveAsync(IUnsavedState state, CancellationToken cancellationToken)
    {
        if (state.IsSaved)
        {
            return;
        }

        try
        {
            await FlushAsync().WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            state.Lose();
            BeginEpoch();
        }
    }

    private async Task RunAsync()
    {
        TaskCompletionSource? asked = null;
        while (true)
        {
            lock (_gate)
            {
                (_saving, _unsaved) = (_unsaved, _saving);
            }

            // Changed once more while the write was under way that was refused: its next version would be free, and hide the other owner's.
            _saving.RemoveAll(static state => state.IsLost);
            await WriteAsync(_saving);
            _saving.Clear();
            asked?.TrySetResult();
            lock (_gate)
            {
                (asked, _next) = (_next, null);
                if (asked is null)
                {
                    _running = null;
                    return;
                }
            }
        }
    }

    private async Task WriteAsync(List<IUnsavedState> states)
    {
        if (states.Count == 0)
        {
            return;
        }

        IReadOnlyList<int> lost = [.. Enumerable.Range(0, states.Count)];
        try
        {
            TakeUnsaved(states);
            lost = await WriteUntilDoneAsync(_writes);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Versions may have been taken that nobody writes: all of it begins again from the store.
            SiloLog.StatesNotTaken(logger, states.Count, exception);
            _writes.Clear();
        }

        Statements++;
        WrittenRows += _writes.Count;
        WrittenBytes += _statement.Length;
        foreach (var state in states)
        {
            state.Saved();
        }

        foreach (var index in lost)
        {
            states[index].Lose();
        }

        if (lost.Count > 0)
        {
            SiloLog.StatesLost(logger, lost.Count);
            BeginEpoch();
        }
    }

    /// <summary>Takes what is unsaved into one buffer, whose place is known only when all of it is there.</summary>
    private void TakeUnsaved(List<IUnsavedState> states)
    {
        _statement.Clear();
        _taken.Clear();
        _writes.Clear();
        foreach (var state in states)
        {
            var version = state.TakeUnsaved(_statement);
            _taken.Add((version, _statement.Length));
        }

        var start = 0;
        foreach (var ((key, version, isWhole), end) in _taken)
        {
            _writes.Add(new StateWrite(key, version, isWhole, _statement.Written[start..end]));
            start = end;
        }
    }

    private async Task<IReadOnlyList<int>> WriteUntilDoneAsync(List<StateWrite> writes)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                var lost = await store.WriteAsync(writes, CancellationToken.None);
                if (failures > 0)
                {
                    SiloLog.StoreRecovered(logger, failures);
                }

                return lost;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                if (failures % 100 == 0)
                {
                    SiloLog.StoreFails(logger, exception.Message, failures + 1);
                }

                await Task.Delay(RetryAfter, time);
            }
        }
    }

    private void BeginEpoch() => Volatile.Write(ref _host, new EntityHost { Silo = silo, Epoch = Host.Epoch + 1 });
}
