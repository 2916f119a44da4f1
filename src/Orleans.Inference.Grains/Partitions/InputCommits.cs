using Orleans.Inference.Delivery;
using Orleans.Inference.Grains.Entities;
using Orleans.Inference.Grains.Pipelines;

namespace Orleans.Inference.Grains.Partitions;

/// <summary>
/// Commits one input: outputs are acknowledged, then the silos that hold its entities have saved them, then the place is stored. Never another order. Runs in the turns of
/// the input's grain.
/// </summary>
internal sealed class InputCommits(SiloPipeline pipeline, PlaceState place, IRecordSink? sink)
{
    private readonly WakeSignal _asked = new();
    private readonly List<(long Offset, TaskCompletionSource Committed)> _waiters = [];
    private HashSet<EntityHost> _hosts = [];
    private InputPlace? _published;

    /// <summary>Everything below is committed: it will not come again.</summary>
    public long Committed { get; private set; } = place.Place?.NextOffset ?? 0;

    /// <summary>The input's clock there: UTC ticks, or long.MinValue before the first event. What has not been committed may come again, as old as this allows.</summary>
    public long CommittedClock { get; private set; } = place.Place?.Clock ?? long.MinValue;

    /// <summary>Told what has been committed.</summary>
    public Action<InputPlace> OnCommitted { get; set; } = static _ => { };

    /// <summary>A batch has been handed to the sink and to the entities of these silos.</summary>
    public void Published(InputPlace after, HashSet<EntityHost> hosts)
    {
        _published = after;
        _hosts.UnionWith(hosts);
    }

    /// <summary>Completes when an offset is committed, and has that done at once.</summary>
    public Task WhenCommittedAsync(long offset)
    {
        if (offset < Committed)
        {
            return Task.CompletedTask;
        }

        var committed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiters.Add((offset, committed));
        _asked.Set();
        return committed.Task;
    }

    /// <summary>Commits at the pipeline's interval, or when somebody waits, until cancelled.</summary>
    /// <exception cref="InputLostException">Entities that hold the input's events have been lost, or another activation owns the input.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await _asked.WaitAsync(cancellationToken).WaitAsync(pipeline.Pipeline.CheckpointInterval, pipeline.Parts.Time, cancellationToken);
            }
            catch (TimeoutException)
            {
                // The interval is over.
            }

            // Once begun it is finished: what it has taken to commit would be forgotten.
            await CommitAsync();
        }
    }

    /// <summary>Commits what has been published, and that nothing more will be.</summary>
    /// <exception cref="InputLostException">As <see cref="RunAsync"/>.</exception>
    public Task EndAsync()
    {
        _published = (_published ?? place.Place!) with { IsEnded = true };
        return CommitAsync();
    }

    /// <summary>Commits what has been published so far.</summary>
    /// <exception cref="InputLostException">As <see cref="RunAsync"/>.</exception>
    public async Task CommitAsync()
    {
        if (_published is not { } published)
        {
            return;
        }

        (var hosts, _hosts, _published) = (_hosts, [], null);
        var started = pipeline.Parts.Time.GetTimestamp();
        var outputs = sink is null ? [] : await sink.FlushAsync(CancellationToken.None);
        foreach (var host in hosts)
        {
            if (await pipeline.Doors.FlushAsync(host.Silo) is not { } now || now.Epoch != host.Epoch)
            {
                throw new InputLostException($"silo {host.Silo} has lost entities that were not saved");
            }
        }

        if (!await place.WriteAsync(published with { Outputs = outputs }))
        {
            throw new InputLostException("another activation has taken it over");
        }

        (Committed, CommittedClock) = (published.NextOffset, published.Clock);
        Interlocked.Increment(ref pipeline.Commits);
        pipeline.LastCommitAt = pipeline.Parts.Time.GetUtcNow().UtcTicks;
        pipeline.Instruments?.CheckpointTook(pipeline.Parts.Time.GetElapsedTime(started));
        OnCommitted(place.Place!);
        for (var i = _waiters.Count - 1; i >= 0; i--)
        {
            if (_waiters[i].Offset < Committed)
            {
                _waiters[i].Committed.TrySetResult();
                _waiters.RemoveAt(i);
            }
        }
    }

    /// <summary>The input has ended; who still waits learns that it will not be.</summary>
    public void Abandon()
    {
        foreach (var (_, committed) in _waiters)
        {
            committed.TrySetCanceled();
        }

        _waiters.Clear();
    }
}
