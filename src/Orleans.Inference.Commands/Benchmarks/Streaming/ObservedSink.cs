using Orleans.Inference.Delivery;

namespace Orleans.Inference.Commands.Benchmarks.Streaming;

/// <summary>A sink that notes when the last of an expected number of records was acknowledged, and how large they were.</summary>
internal sealed class ObservedSink(IRecordSink inner, long expected) : IRecordSink
{
    private readonly TaskCompletionSource<long> _acknowledged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _count;
    private long _bytes;

    /// <summary>Timestamp of the last record's acknowledgement.</summary>
    public Task<long> Acknowledged => _acknowledged.Task;

    /// <summary>Mean size of a value. Read it when all have been acknowledged.</summary>
    public int MeanValueLength => (int)(_bytes / _count);

    public Task<string> OpenAsync(CancellationToken cancellationToken) => inner.OpenAsync(cancellationToken);

    public void Write(in OutputRecord record)
    {
        inner.Write(record);
        _bytes += record.Value.Length;
        if (++_count == expected)
        {
            _ = FinishAsync();
        }
    }

    public Task<IReadOnlyList<OutputPosition>> FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public Task ReadBackAsync(IReadOnlyList<OutputPosition> from, Action<DeliveredRecord> found, CancellationToken cancellationToken) =>
        inner.ReadBackAsync(from, found, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async Task FinishAsync()
    {
        try
        {
            await inner.FlushAsync(CancellationToken.None);
            _acknowledged.TrySetResult(TimeProvider.System.GetTimestamp());
        }
        catch (InferenceException exception)
        {
            _acknowledged.TrySetException(exception);
        }
    }
}
