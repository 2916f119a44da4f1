using Orleans.Inference.Delivery;
using Orleans.Inference.Engines;

namespace Orleans.Inference.Serving.Inputs;

/// <summary>
/// The events of one HTTP request, judged one by one so that a bad one never fails the others, and their way into the source topic. Where there is no topic, the engine
/// takes <see cref="Accepted"/> itself. One request's own; one thread at a time.
/// </summary>
public sealed class EventSubmission
{
    /// <summary>A request holds its connection no longer than this for one partition; its events are in the topic and will be scored anyway.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly List<ReadOnlyMemory<byte>> _accepted = [];
    private readonly List<byte[]> _keys = [];
    private readonly List<RejectedEvent> _rejected = [];

    /// <summary>Judges the events, each a JSON object in UTF-8.</summary>
    public EventSubmission(IReadOnlyList<ReadOnlyMemory<byte>> events, EventValidator validator)
    {
        for (var i = 0; i < events.Count; i++)
        {
            var rejection = validator.Validate(events[i].Span, out var key);
            if (rejection.IsNone)
            {
                _accepted.Add(events[i]);
                _keys.Add(key);
            }
            else
            {
                _rejected.Add(new RejectedEvent(i, rejection));
            }
        }
    }

    /// <summary>The events that fit the pipeline, in request order.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Accepted => _accepted;

    /// <summary>The others, by index in the request, with the reason.</summary>
    public IReadOnlyList<RejectedEvent> Rejected => _rejected;

    /// <summary>Sends the accepted events to the source topic under their primary keys; completes when the broker has them all.</summary>
    /// <param name="producer">To the source topic.</param>
    /// <param name="scoredBy">
    /// The engine to wait for until it has scored them, at most 30 s a partition: the events are taken even if it has not by then. Null: do not wait.
    /// </param>
    /// <param name="cancellationToken">Ends the waiting; what was sent stays sent.</param>
    /// <exception cref="InferenceException">The broker has not taken an event.</exception>
    public async ValueTask<SubmitReply> ProduceAsync(IEventProducer producer, IScoringEngine? scoredBy, CancellationToken cancellationToken)
    {
        var positions = await Task.WhenAll(_accepted.Zip(_keys, (json, key) => producer.ProduceAsync(key, json, cancellationToken)));
        if (scoredBy is not null)
        {
            foreach (var partition in positions.GroupBy(position => position.Partition))
            {
                var last = new PartitionOffset(partition.Key, partition.Max(position => position.Offset));
                await scoredBy.WaitForOffsetAsync(last, LongestWait, cancellationToken);
            }
        }

        return new SubmitReply(ReplyStatus.Answered, positions.Length, _rejected, positions);
    }
}
