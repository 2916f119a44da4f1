using Orleans.Concurrency;
using Orleans.Inference.Grains.Pipelines;
using Orleans.Inference.Serving.Scoring;

namespace Orleans.Inference.Grains.Scoring;

/// <summary>Scores batches of one pipeline; as many activations a silo as it has cores, each with its own model sessions.</summary>
[StatelessWorker]
internal sealed class ScoringGrain(SiloPipelines pipelines, IGrainContext context) : IGrainBase, IScoringGrain
{
    private Scorer? _scorer;

    public IGrainContext GrainContext => context;

    public async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var pipeline = await pipelines.GetAsync(context.GrainId.Key.ToString()!, cancellationToken);
        _scorer = new Scorer(pipeline.Pipeline, pipeline.Parts.Models, pipeline.ModelFailed);
    }

    public Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _scorer?.Dispose();
        return Task.CompletedTask;
    }

    public ValueTask ScoreAsync(ScoringWork work)
    {
        var batch = work.Batch;
        _scorer!.Score(batch);
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
