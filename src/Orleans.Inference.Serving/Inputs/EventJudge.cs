using Orleans.Inference.Events;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Predictions;

namespace Orleans.Inference.Serving.Inputs;

/// <summary>Finds the rows of a decoded batch that are too far ahead of the wall clock, or late by their own input's clock. O(1) a row.</summary>
public sealed class EventJudge(PipelineModel pipeline, TimeProvider time)
{
    /// <summary>Marks rejected and late rows and moves the clock by the others. A dry run moves no clock.</summary>
    public void Judge(EventBatch batch, ref InputClock clock)
    {
        var latest = (time.GetUtcNow() + pipeline.Source.MaxAhead).UtcTicks;
        for (var row = 0; row < batch.Count; row++)
        {
            if (batch.Outcomes[row] == Outcome.Rejected)
            {
                continue;
            }

            var eventTime = batch.EventTimes[row];
            if (eventTime > latest || (batch.Flags[row] & RowFlags.WasRejected) != 0)
            {
                batch.Outcomes[row] = Outcome.Rejected;
                batch.Rejections[row] = new Rejection((short)pipeline.Source.TimeField, RejectReason.InTheFuture);
            }
            else if ((batch.Flags[row] & RowFlags.DryRun) != 0 ? eventTime < clock.Limit : !clock.TryAccept(eventTime))
            {
                batch.Outcomes[row] = Outcome.Late;
            }
        }
    }
}
