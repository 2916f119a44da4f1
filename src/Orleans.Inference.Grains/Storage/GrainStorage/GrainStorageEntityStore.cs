using Orleans.Storage;

namespace Orleans.Inference.Grains.Storage.GrainStorage;

/// <summary>
/// States in any grain storage of Orleans, one record a state, each written whole. Its cost is one storage call a write, so a silo's rate is the storage's latency
/// over <paramref name="parallelism"/>.
/// </summary>
/// <param name="storage">The storage; it must keep tags, as all of Orleans' own do.</param>
/// <param name="parallelism">Storage calls at once.</param>
public sealed class GrainStorageEntityStore(IGrainStorage storage, int parallelism = 32) : IEntityStore
{
    private const string StateName = "state";
    private const int RememberedLimit = 100_000;

    // Each attempt but the last fails only because another writer's has succeeded.
    private const int AttemptLimit = 5;

    private readonly RememberedTags _tags = new(RememberedLimit);

    public bool TakesChanges => false;

    public ValueTask OpenAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public async ValueTask<StoredState?> ReadAsync(StateKey key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var record = await ReadRecordAsync(key);
        return record is { RecordExists: true, State: { } state } ? new StoredState(state.Version, state.Whole, []) : null;
    }

    public async ValueTask<IReadOnlyList<int>> WriteAsync(IReadOnlyList<StateWrite> writes, CancellationToken cancellationToken)
    {
        if (writes.FirstOrDefault(static write => !write.IsWhole) is { Version: > 0 } change)
        {
            throw new ArgumentException($"Version {change.Version} of a state is a change; grain storage takes whole states only.", nameof(writes));
        }

        var refused = new RefusedWrites(writes);
        var states = Enumerable.Range(0, writes.Count).GroupBy(index => writes[index].Key);
        var limits = new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(states, limits, async (state, _) =>
        {
            foreach (var index in state)
            {
                if (!await TryWriteAsync(writes[index]))
                {
                    lock (refused)
                    {
                        refused.Add(index);
                    }

                    return;
                }
            }
        });
        return refused.Indices();
    }

    private async Task<bool> TryWriteAsync(StateWrite write)
    {
        for (var attempt = 0; attempt < AttemptLimit; attempt++)
        {
            if (!_tags.TryGet(write.Key, out var tag, out var version))
            {
                var stored = await ReadRecordAsync(write.Key);
                (tag, version) = (stored.ETag, stored is { RecordExists: true, State: { } state } ? state.Version : 0);
            }

            // Versions only grow, so that an old memory of one above this is enough to refuse.
            if (version >= write.Version)
            {
                return false;
            }

            if (await TryWriteAsync(write, tag))
            {
                return true;
            }
        }

        return false;
    }

    private async Task<bool> TryWriteAsync(StateWrite write, string? tag)
    {
        var record = new GrainState<StoredEntity>(new StoredEntity { Version = write.Version, Whole = write.Bytes.ToArray() }, tag) { RecordExists = tag is not null };
        try
        {
            await storage.WriteStateAsync(StateName, StorageName.Of(write.Key), record);
            _tags.Set(write.Key, record.ETag, write.Version);
            return true;
        }
        catch (InconsistentStateException)
        {
            _tags.Forget(write.Key);
            return false;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            _tags.Forget(write.Key);
            throw Failed(exception);
        }
    }

    private async Task<GrainState<StoredEntity>> ReadRecordAsync(StateKey key)
    {
        var record = new GrainState<StoredEntity>(new StoredEntity());
        try
        {
            await storage.ReadStateAsync(StateName, StorageName.Of(key), record);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw Failed(exception);
        }

        if (record is { RecordExists: true, State: { } state })
        {
            _tags.Set(key, record.ETag, state.Version);
        }

        return record;
    }

    private static InferenceException Failed(Exception exception) =>
        new($"Grain storage does not answer: {exception.Message} Check that the storage is up and that Storage:ConnectionString leads to it.", exception);
}
