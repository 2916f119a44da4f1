using Confluent.Kafka;

namespace Orleans.Inference.Streams.Kafka;

/// <summary>
/// The group's committed offsets of a provider's topic, from any silo: <c>services.GetRequiredKeyedService&lt;IKafkaStreamOffsets&gt;(NAME)</c>.
/// </summary>
public interface IKafkaStreamOffsets
{
    /// <summary>Commits; done when the broker has it. Calls for one partition are to follow each other.</summary>
    /// <param name="partition">From 0.</param>
    /// <param name="next">The first offset that is to be read again.</param>
    /// <param name="cancellationToken">Ends the wait, not the commit.</param>
    /// <exception cref="KafkaException">The broker did not take it; the records will be read again, or commit once more.</exception>
    Task CommitAsync(int partition, long next, CancellationToken cancellationToken);

    /// <summary>What is committed; null when nothing is.</summary>
    /// <exception cref="KafkaException">The broker did not answer.</exception>
    Task<long?> CommittedAsync(int partition, CancellationToken cancellationToken);
}
