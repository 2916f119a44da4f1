using Orleans.Streams;

namespace Orleans.Inference.Streams.Kafka;

/// <summary>What happens when a consumer has failed for good: its record becomes a dead letter, the subscription goes on with the next.</summary>
internal sealed class DeliveryFailurePolicy(Func<PartitionFeed?> feed, DeadLetterWriter deadLetters, CancellationToken stopping) : IStreamFailureHandler
{
    public bool ShouldFaultSubsriptionOnError => false;

    /// <summary>A batch of many is not in the feed: its cursor delivers it again record by record.</summary>
    public async Task OnDeliveryFailure(GuidId subscriptionId, string streamProviderName, StreamId streamIdentity, StreamSequenceToken? sequenceToken)
    {
        if (sequenceToken is not null && feed()?.TakeUndeliverable(streamIdentity, sequenceToken.SequenceNumber) is { } record)
        {
            await deadLetters.WriteAsync(record, $"the consumer of stream {streamIdentity} failed until delivery timed out", field: null, stopping);
        }
    }

    public Task OnSubscriptionFailure(GuidId subscriptionId, string streamProviderName, StreamId streamIdentity, StreamSequenceToken? sequenceToken) =>
        Task.CompletedTask;
}
