namespace Orleans.Inference.Kafka;

/// <summary>Hears what became of produced records, on the producer's own thread.</summary>
internal interface IDeliveryObserver
{
    /// <param name="tag">As given when the record was produced.</param>
    /// <param name="partition">Where it went.</param>
    /// <param name="offset">Negative when the broker did not say (a repeated record that it already had).</param>
    /// <param name="error">0, or why it will never be delivered.</param>
    void Delivered(nint tag, int partition, long offset, int error);
}
