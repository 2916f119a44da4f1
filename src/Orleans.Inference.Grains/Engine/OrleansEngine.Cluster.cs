using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using Orleans.Inference.Engines;
using Orleans.Inference.Grains.Pipelines;
using Orleans.Inference.Grains.Silos;
using Orleans.Inference.Predictions;

namespace Orleans.Inference.Grains.Engine;

/// <summary>What is spread over the silos and shown as one.</summary>
internal sealed partial class OrleansEngine
{
    private static readonly TimeSpan FiguresPeriod = TimeSpan.FromSeconds(1);

    private volatile IReadOnlyList<SiloFigures> _othersFigures = [];

    /// <summary>This silo's figures as they are, the others' as of a second ago.</summary>
    public EngineFigures Figures
    {
        get
        {
            if (_local is not { } local)
            {
                return new EngineFigures();
            }

            List<SiloFigures> all = [SiloDoorGrain.FiguresOf(local), .. _othersFigures];
            var busy = all.Where(silo => silo.EventsPerSecond > 0).ToList();
            return new EngineFigures
            {
                Scored = Sum(all, Outcome.Scored),
                Fallback = Sum(all, Outcome.Fallback),
                Rejected = Sum(all, Outcome.Rejected),
                Late = Sum(all, Outcome.Late),
                Failed = Sum(all, Outcome.Failed),
                EventsPerSecond = all.Sum(silo => silo.EventsPerSecond),
                LatencyP50Ms = busy.Count == 0 ? double.NaN : busy.Sum(silo => silo.LatencyP50Ms * silo.EventsPerSecond) / busy.Sum(silo => silo.EventsPerSecond),
                LatencyP99Ms = busy.Count == 0 ? double.NaN : busy.Max(silo => silo.LatencyP99Ms),
                EntitiesActive = pipeline.Entities.ToDictionary(entity => entity.Name, entity => all.Sum(silo => silo.Entities[entity.Index])),
                ConsumerLag = all.SelectMany(silo => silo.Lag).GroupBy(lag => lag.Key).ToDictionary(lag => lag.Key, lag => lag.Max(pair => pair.Value)),
                Checkpoints = all.Sum(silo => silo.Commits),
                CheckpointBytes = all.Sum(silo => silo.WrittenBytes),
                LastCheckpointAt = all.Max(silo => silo.LastCommitAt),
            };
        }
    }

    public async ValueTask<IReadOnlyList<byte[]>> HistoryAsync(string entity, int limit, CancellationToken cancellationToken)
    {
        if (_local is not { } local)
        {
            return [];
        }

        var key = Encoding.UTF8.GetBytes(entity);
        var own = local.History.Of(key, limit);
        var others = await Task.WhenAll(OthersOf(local).Select(silo => HistoryOfAsync(local, silo, key, limit))).WaitAsync(cancellationToken);
        return others.Sum(history => history.Length) == 0
            ? own
            : [.. own.Concat(others.SelectMany(history => history)).OrderByDescending(ScoredAtOf).Take(limit)];
    }

    public async IAsyncEnumerable<byte[]> SubscribeAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (_local is not { } local)
        {
            yield break;
        }

        // The local feed listens before anything else happens.
        var merged = Channel.CreateUnbounded<byte[]>();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var own = ForwardAsync(local.Feed.SubscribeAsync(ended.Token), merged.Writer);
        var others = OthersOf(local).Select(silo => ForwardAsync(local.Doors.Of(silo).FeedAsync(ended.Token), merged.Writer)).ToList();
        _ = own.ContinueWith(end => merged.Writer.TryComplete(end.Exception?.InnerException), TaskScheduler.Default);
        try
        {
            await foreach (var prediction in merged.Reader.ReadAllAsync(cancellationToken))
            {
                yield return prediction;
            }
        }
        finally
        {
            await ended.CancelAsync();
        }
    }

    private static async Task ForwardAsync(IAsyncEnumerable<byte[]> feed, ChannelWriter<byte[]> merged)
    {
        await foreach (var prediction in feed)
        {
            if (!merged.TryWrite(prediction))
            {
                return;
            }
        }
    }

    private static long ScoredAtOf(byte[] prediction) => PredictionCodec.Decode(prediction).ScoredAt;

    private static async Task<byte[][]> HistoryOfAsync(SiloPipeline local, SiloAddress other, byte[] key, int limit)
    {
        try
        {
            return await local.Doors.Of(other).HistoryAsync(key, limit);
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException or InferenceException)
        {
            // Its history goes with it.
            return [];
        }
    }

    private static long Sum(List<SiloFigures> silos, Outcome outcome) => silos.Sum(silo => silo.Outcomes[(int)outcome]);

    private async Task PollFiguresAsync(SiloPipeline local)
    {
        while (!_stopping.IsCancellationRequested)
        {
            await DelayAsync(FiguresPeriod);
            var figures = await Task.WhenAll(OthersOf(local).Select(silo => FiguresOfAsync(local, silo)));
            _othersFigures = [.. figures.OfType<SiloFigures>()];
        }
    }

    private static async Task<SiloFigures?> FiguresOfAsync(SiloPipeline local, SiloAddress other)
    {
        try
        {
            return await local.Doors.Of(other).FiguresAsync();
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException or InferenceException)
        {
            // It is leaving, or has left.
            return null;
        }
    }

    private IEnumerable<SiloAddress> OthersOf(SiloPipeline local) =>
        _membership!.CurrentSnapshot.Members.Values
            .Where(member => member.Status == SiloStatus.Active && !member.SiloAddress.Equals(local.Silo))
            .Select(member => member.SiloAddress);
}
