using Orleans.Concurrency;
using Orleans.Inference.Grains.Entities;
using Orleans.Inference.Grains.Pipelines;
using Orleans.Inference.Predictions;

namespace Orleans.Inference.Grains.Silos;

/// <summary>Answers for its silo; holds nothing.</summary>
[Reentrant, SiloPlacement]
internal sealed class SiloDoorGrain(SiloPipelines pipelines, IGrainContext context) : IGrainBase, ISiloDoorGrain, IIncomingGrainCallFilter
{
    private SiloPipeline? _pipeline;

    public IGrainContext GrainContext => context;

    private SiloPipeline Pipeline => _pipeline!;

    public async Task OnActivateAsync(CancellationToken cancellationToken) =>
        _pipeline = await pipelines.GetAsync(context.GrainId.Key.ToString()!.Split('/')[1], cancellationToken);

    public Task Invoke(IIncomingGrainCallContext call) => Pipeline.Calls.MeasureAsync(call);

    public async ValueTask<EntityHost> FlushAsync()
    {
        await Pipeline.Writer.FlushAsync();
        return Pipeline.Writer.Host;
    }

    public async ValueTask<int> RefreshRouteAsync()
    {
        await Pipeline.Heartbeat();
        return Pipeline.Route.Current.Number;
    }

    public ValueTask<SiloFigures> FiguresAsync() => new(FiguresOf(Pipeline));

    public ValueTask<byte[][]> HistoryAsync(byte[] entity, int limit) => new([.. Pipeline.History.Of(entity, limit)]);

    public IAsyncEnumerable<byte[]> FeedAsync(CancellationToken cancellationToken) => Pipeline.Feed.SubscribeAsync(cancellationToken);

    public static SiloFigures FiguresOf(SiloPipeline pipeline)
    {
        var (perSecond, p50, p99) = pipeline.Latency.Read();
        return new SiloFigures
        {
            Outcomes = [.. Enum.GetValues<Outcome>().Select(outcome => pipeline.Counts[outcome])],
            EventsPerSecond = perSecond,
            LatencyP50Ms = p50,
            LatencyP99Ms = p99,
            Entities = [.. pipeline.Pipeline.Entities.Select(entity => pipeline.Entities.CountOf(entity.Index))],
            Lag = pipeline.Inputs.Values.Where(input => input.Lag >= 0).ToDictionary(input => input.Partition, input => input.Lag),
            Commits = Interlocked.Read(ref pipeline.Commits),
            WrittenBytes = pipeline.Writer.WrittenBytes,
            LastCommitAt = pipeline.LastCommitAt,
        };
    }
}
