using System.Text;
using Microsoft.Extensions.Logging;
using Orleans.Inference.Delivery;

namespace Orleans.Inference.Kafka;

/// <summary>A development broker with what a test needs around it.</summary>
internal sealed class KafkaBench : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _parts = [];

    public KafkaBench(params TopicSpec[] topics)
    {
        Broker = DevelopmentBroker.Start(topics: topics);
        Transport = new KafkaTransport(Broker.Settings, Logs, TimeProvider.System);
        Producer = Owned(Transport.CreateProducer());
    }

    public DevelopmentBroker Broker { get; }

    public LogLines Logs { get; } = new();

    public KafkaTransport Transport { get; }

    public KafkaEventProducer Producer { get; }

    public T Owned<T>(T part)
        where T : IAsyncDisposable
    {
        _parts.Add(part);
        return part;
    }

    public async Task<IRecordSource> OpenSource(string topic)
    {
        var source = Owned(Transport.CreateSource(topic, "group"));
        await Awaiting.Bounded(source.OpenAsync(CancellationToken.None), $"opening {topic}");
        return source;
    }

    /// <summary>Opens a source and starts every partition: at the given offset, else at its first record.</summary>
    public async Task<(IRecordSource Source, RecordingReceiver Receiver)> Read(string topic, params PartitionOffset[] next)
    {
        var source = Owned(Transport.CreateSource(topic, "group"));
        var opened = await Awaiting.Bounded(source.OpenAsync(CancellationToken.None), $"opening {topic}");
        var receiver = new RecordingReceiver();
        source.Start([.. next.Concat(opened.Starts).DistinctBy(position => position.Partition)], receiver);
        return (source, receiver);
    }

    public KafkaRecordSink CreateSink(string pipeline = "fraud", KafkaSettings? settings = null) => Owned(new KafkaRecordSink(
        new SinkTopics(pipeline, "group", "predictions", "transactions-dlq", "transactions-late"),
        settings ?? Broker.Settings,
        Logs.CreateLogger<KafkaRecordSink>(),
        TimeProvider.System));

    public async Task<KafkaRecordSink> OpenSink(string pipeline = "fraud", KafkaSettings? settings = null)
    {
        var sink = CreateSink(pipeline, settings);
        await Awaiting.Bounded(sink.OpenAsync(CancellationToken.None), "opening the sink");
        return sink;
    }

    public void Send(string topic, string key, string value) =>
        Producer.Produce(topic, Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value));

    public Task Flush() => Awaiting.Bounded(Producer.FlushAsync(CancellationToken.None), "acknowledgement of what was sent");

    public async ValueTask DisposeAsync()
    {
        for (var i = _parts.Count - 1; i >= 0; i--)
        {
            await Awaiting.Bounded(_parts[i].DisposeAsync().AsTask(), $"end of {_parts[i].GetType().Name}");
        }

        Broker.Dispose();
    }
}
