using Orleans.Inference.Grains.Partitions;

namespace Orleans.Inference.Grains.Pipelines;

/// <summary>
/// Which silo runs which source partition: as <see cref="PartitionPlacement"/> says. Beats every partition, which starts those that do not run, and asks those that run
/// elsewhere to move. In the turns of the supervisor.
/// </summary>
internal sealed class PartitionPlan(SiloPipeline pipeline, IGrainFactory grains)
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<int, PartitionStatus?> _statuses = [];
    private Task<int>? _partitionCount;
    private long _httpClock = long.MaxValue;
    private readonly Dictionary<int, Task> _beats = [];

    /// <summary>Why not every partition takes records; null when all do.</summary>
    public string? NotReady { get; private set; } = pipeline.Parts.Transport is null ? null : "waiting for the broker";

    /// <summary>The least time that an event to come on any input can have, for the first time or again; long.MinValue as long as that is not known of every input.</summary>
    public long Horizon(IEnumerable<SiloReport> reports)
    {
        if (!AllPartitionsAreKnown)
        {
            return long.MinValue;
        }

        // While the door moves from one silo to another, neither has it.
        var http = reports.Select(report => report.HttpClock).DefaultIfEmpty(long.MaxValue).Min();
        _httpClock = http < long.MaxValue ? http : _httpClock;

        // A partition that has never held records has no clock and says nothing.
        var least = _statuses.Values.Select(status => status!.Clock).Where(clock => clock > long.MinValue).Append(_httpClock).Min();
        return least is long.MinValue or long.MaxValue ? long.MinValue : least - pipeline.Pipeline.Source.Lateness.Ticks;
    }

    public async Task SuperviseAsync(IReadOnlyList<SiloAddress> silos)
    {
        if (pipeline.Parts.Transport is null || silos.Count == 0)
        {
            return;
        }

        _partitionCount ??= CountPartitionsAsync();
        if (!_partitionCount.IsCompleted)
        {
            return;
        }

        var count = await _partitionCount;
        for (var partition = 0; partition < count; partition++)
        {
            // One that does not answer must not keep the others waiting.
            if (!_beats.TryGetValue(partition, out var beat) || beat.IsCompleted)
            {
                _beats[partition] = BeatAsync(partition, PartitionPlacement.HomeOf(partition, silos));
            }
        }

        NotReady = Enumerable.Range(0, count).Select(ReasonOf).FirstOrDefault(reason => reason is not null);
    }

    public Task StopAsync() => _stopping.CancelAsync();

    private bool AllPartitionsAreKnown => pipeline.Parts.Transport is null
        || (_partitionCount is { IsCompletedSuccessfully: true } count && _statuses.Count == count.Result
            && _statuses.Values.All(status => status is { MayBringAnyTime: false }));

    private string? ReasonOf(int partition) =>
        !_statuses.TryGetValue(partition, out var status) || status is null ? $"starting partition {partition}"
        : status.NotReady is { } reason ? $"partition {partition}: {reason}"
        : null;

    private async Task BeatAsync(int partition, SiloAddress silo)
    {
        var grain = grains.GetGrain<IPartitionGrain>(pipeline.PartitionKey(partition));
        try
        {
            var status = await grain.BeatAsync();
            _statuses[partition] = status;
            if (!status.Silo.Equals(silo))
            {
                SiloLog.PartitionMoves(pipeline.Logger, pipeline.Pipeline.Name, partition, status.Silo.ToString(), silo.ToString());
                await grain.MoveAsync();
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            _statuses[partition] = null;
            SiloLog.SupervisorFails(pipeline.Logger, pipeline.Pipeline.Name, exception.Message);
        }
    }

    private async Task<int> CountPartitionsAsync()
    {
        await using var source = pipeline.Parts.Transport!.CreateSource(pipeline.Pipeline);
        return (await source.OpenAsync(_stopping.Token)).Partitions.Count;
    }
}
