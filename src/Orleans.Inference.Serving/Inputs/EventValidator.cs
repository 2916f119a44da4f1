using System.Collections.Concurrent;
using Orleans.Inference.Decoding;
using Orleans.Inference.Events;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Predictions;

namespace Orleans.Inference.Serving.Inputs;

/// <summary>Judges HTTP's events before they are taken, with the decoder that takes them. Any thread.</summary>
public sealed class EventValidator(PipelineModel pipeline, TimeProvider time)
{
    private readonly ConcurrentBag<(JsonEventDecoder Decoder, EventBatch Batch)> _free = [];

    /// <summary>Why the event does not fit, or <see cref="Rejection.None"/> and its primary key.</summary>
    public Rejection Validate(ReadOnlySpan<byte> json, out byte[] key)
    {
        var (decoder, batch) = _free.TryTake(out var free) ? free : (new JsonEventDecoder(pipeline), new EventBatch(pipeline, 1));
        batch.Clear();
        decoder.Decode(batch, json, default, 0);
        var rejection = batch.Outcomes[0] == Outcome.Rejected ? batch.Rejections[0] : Rejection.None;
        if (rejection.IsNone && batch.EventTimes[0] > (time.GetUtcNow() + pipeline.Source.MaxAhead).UtcTicks)
        {
            rejection = new Rejection((short)pipeline.Source.TimeField, RejectReason.InTheFuture);
        }

        key = rejection.IsNone ? batch.KeyOf(0, 0).ToArray() : [];
        _free.Add((decoder, batch));
        return rejection;
    }
}
