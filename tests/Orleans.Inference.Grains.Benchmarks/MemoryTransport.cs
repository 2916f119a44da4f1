using Orleans.Inference.Delivery;
using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Grains.Benchmarks;

/// <summary>Prepared payments as a topic in memory, and a sink that counts: the engine at its own speed, without a broker.</summary>
internal sealed class MemoryTransport(PreparedPayments payments) : IRecordTransport
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _written;

    /// <summary>Predictions written.</summary>
    public long Written => Interlocked.Read(ref _written);

    /// <summary>Records of each partition delivered before <see cref="Release"/>, to warm up.</summary>
    public int Held { get; init; }

    /// <summary>Lets the rest flow.</summary>
    public void Release() => _released.TrySetResult();

    public IRecordSource CreateSource(PipelineModel pipeline) => new Source(this, pipeline.Source.Topic);

    public IRecordSink CreateSink(PipelineModel pipeline) => new Sink(this);

    private sealed class Source(MemoryTransport transport, string topic) : IRecordSource
    {
        private readonly SemaphoreSlim[] _resumed = [.. Enumerable.Range(0, PreparedPayments.Partitions).Select(_ => new SemaphoreSlim(0))];
        private readonly CancellationTokenSource _stopping = new();

        public Task<SourceTopic> OpenAsync(CancellationToken cancellationToken) => Task.FromResult(new SourceTopic(
            topic, "memory", [.. Enumerable.Range(0, PreparedPayments.Partitions).Select(partition => new PartitionExtent(partition, 0, transport.Of(partition)))]));

        public void Start(IReadOnlyList<PartitionOffset> next, IRecordReceiver receiver)
        {
            foreach (var (partition, offset) in next)
            {
                new Thread(() => Run(partition, offset, receiver)) { IsBackground = true, Name = $"source {partition}" }.Start();
            }
        }

        public void Resume(int partition) => _resumed[partition].Release();

        public long EndOf(int partition) => transport.Of(partition);

        public void Commit(IReadOnlyList<PartitionOffset> next)
        {
        }

        public ValueTask DisposeAsync()
        {
            _stopping.Cancel();
            return ValueTask.CompletedTask;
        }

        private void Run(int partition, long from, IRecordReceiver receiver)
        {
            try
            {
                for (var offset = (int)from; offset < transport.Of(partition);)
                {
                    if (offset == transport.Held)
                    {
                        transport._released.Task.Wait(_stopping.Token);
                    }

                    if (receiver.TryReceive(transport.RecordAt(partition, offset)))
                    {
                        offset++;
                        continue;
                    }

                    _resumed[partition].Wait(_stopping.Token);
                }

                receiver.ReachedEnd(partition, transport.Of(partition));
            }
            catch (OperationCanceledException)
            {
                // Disposed.
            }
        }
    }

    private sealed class Sink(MemoryTransport transport) : IRecordSink
    {
        public Task<string> OpenAsync(CancellationToken cancellationToken) => Task.FromResult("memory");

        public void Write(in OutputRecord record) => Interlocked.Increment(ref transport._written);

        public Task<IReadOnlyList<OutputPosition>> FlushAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<OutputPosition>>([]);

        public Task ReadBackAsync(IReadOnlyList<OutputPosition> from, Action<DeliveredRecord> found, CancellationToken cancellationToken) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private int Of(int partition) => payments.Of(partition).Count;

    private SourceRecord RecordAt(int partition, int offset) => payments.RecordAt(partition, offset);
}
