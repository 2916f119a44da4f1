using Orleans.Concurrency;
using Orleans.Inference.Grains.Pipelines;
using Orleans.Inference.Serving.Scoring;

namespace Orleans.Inference.Grains.Scoring;

/// <summary>Scores batches of one pipeline; as many activations a silo as it has cores, which share the versions in memory.</summary>
[StatelessWorker]
internal sealed class ScoringGrain(SiloPipelines pipelines, IGrainContext context) : IGrainBase, IScoringGrain, IIncomingGrainCallFilter
{
    private SiloPipeline? _pipeline;
    private Scorer? _scorer;

    public IGrainContext GrainContext => context;

    public async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _pipeline = await pipelines.GetAsync(context.GrainId.Key.ToString()!, cancellationToken);
        _scorer = new Scorer(_pipeline.Pipeline, _pipeline.Versions, _pipeline.Route.Current, _pipeline.ModelFailed);
    }

    public Task Invoke(IIncomingGrainCallContext call) => _pipeline!.Calls.MeasureAsync(call);

    public ValueTask ScoreAsync(ScoringWork work)
    {
        var batch = work.Batch;
        if (_pipeline!.Route.Current is var route && route.Number != _scorer!.Route.Number)
        {
            _scorer.Use(route);
        }

        _scorer.Score(batch);
        for (var row = 0; work.Pinned is { } pinned && row < batch.Count; row++)
        {
            if (pinned[row] > 0 && batch.IsAccepted(row))
            {
                _scorer.ScorePinned(batch, row, pinned[row]);
            }
        }

        return ValueTask.CompletedTask;
    }
}
