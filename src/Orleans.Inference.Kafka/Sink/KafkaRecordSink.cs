using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Orleans.Inference.Delivery;
using Orleans.Inference.Kafka.Native;

namespace Orleans.Inference.Kafka;

/// <summary>A pipeline's output topics on Kafka, written by one idempotent producer that never gives a record up.</summary>
internal sealed class KafkaRecordSink : IRecordSink, IDeliveryObserver
{
    /// <summary>Tells apart the dead letters and late records of pipelines that share a topic.</summary>
    public const string PipelineHeader = "pipeline";

    // A tag is the epoch's number and, in its last bits, the topic.
    private const int TopicBits = 2;
    private const int TopicMask = (1 << TopicBits) - 1;
    private const int LongestNumber = 20;

    private readonly SinkTopics _topics;
    private readonly KafkaSettings _settings;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly RecordHeader _pipeline;
    private readonly EpochLedger _epochs = new();
    private NativeProducer? _producer;
    private AcknowledgedPositions? _acknowledged;
    private nint[] _handles = [];
    private volatile InferenceException? _fault;
    private volatile bool _closed;

    public KafkaRecordSink(SinkTopics topics, KafkaSettings settings, ILogger<KafkaRecordSink> logger, TimeProvider time)
    {
        _topics = topics;
        _settings = settings;
        _logger = logger;
        _time = time;
        _pipeline = new RecordHeader(PipelineHeader, Encoding.UTF8.GetBytes(topics.Pipeline));
    }

    public async Task<string> OpenAsync(CancellationToken cancellationToken)
    {
        _settings.Validate();
        var states = await new TopicCatalog(_settings, _logger, _time).DescribeAsync(_topics.Names, cancellationToken);
        _acknowledged = new AcknowledgedPositions(states);
        _producer ??= new NativeProducer(ClientSettings.Producer(_settings, timeoutMs: 0), this, _logger, $"sink {_topics.Pipeline}");
        _handles = [.. _topics.Names.Select(_producer.TopicHandle)];
        return string.Join('+', states.Select(state => state.Incarnation));
    }

    public void Write(in OutputRecord record)
    {
        ThrowIfUnusable();
        Span<byte> sequence = stackalloc byte[LongestNumber];
        record.Sequence.TryFormat(sequence, out var length);
        var headers = record.Topic == OutputTopic.Predictions ? record.Headers : [.. record.Headers ?? [], _pipeline];
        var epoch = _epochs.Enter();
        var tag = (nint)((epoch.Number << TopicBits) | (long)record.Topic);
        var error = _producer!.Produce(
            _handles[(int)record.Topic], record.Key, record.Value, sequence[..length], headers, unixMs: 0, tag, wait: true);
        if (error != 0)
        {
            var fault = Fault(record.Topic, error);
            epoch.Leave(fault);
            _epochs.Drop(epoch);
            throw fault;
        }
    }

    public Task<IReadOnlyList<OutputPosition>> FlushAsync(CancellationToken cancellationToken)
    {
        ThrowIfUnusable();

        // Positions first: a record written after this call cannot lie before what has been acknowledged by now.
        var positions = _acknowledged!.Snapshot();
        return WithPositionsAsync(_epochs.Seal().WaitAsync(cancellationToken), positions);
    }

    public async Task ReadBackAsync(
        IReadOnlyList<OutputPosition> from, Action<DeliveredRecord> found, CancellationToken cancellationToken)
    {
        var states = await new TopicCatalog(_settings, _logger, _time).DescribeAsync(_topics.Names, cancellationToken);
        var reader = new SinkReader(_topics, _settings, _logger);
        await Task.Run(() => reader.Read(states, from, found, cancellationToken), cancellationToken);
    }

    public void Delivered(nint tag, int partition, long offset, int error)
    {
        var topic = (OutputTopic)(tag & TopicMask);
        var epoch = _epochs.Find((long)tag >> TopicBits);
        if (error == 0)
        {
            _acknowledged!.Note(topic, partition, offset);
            epoch.Leave();
        }
        else
        {
            epoch.Leave(Fault(topic, error));
        }

        _epochs.Drop(epoch);
    }

    public async ValueTask DisposeAsync()
    {
        _closed = true;
        if (_producer is { } producer)
        {
            await producer.StopAsync();
        }
    }

    private static async Task<IReadOnlyList<OutputPosition>> WithPositionsAsync(Task flushed, IReadOnlyList<OutputPosition> positions)
    {
        await flushed;
        return positions;
    }

    private InferenceException Fault(OutputTopic topic, int error)
    {
        if (_fault is { } earlier)
        {
            return earlier;
        }

        var reason = _closed ? "the sink was closed" : _producer?.FatalReason() ?? Librdkafka.Reason(error);
        var advice = (ErrorCode)error == ErrorCode.MsgSizeTooLarge ? "; raise the topic's max.message.bytes" : "";
        var fault = new InferenceException($"Topic {_topics.Names[(int)topic]}: a record could not be delivered: {reason}{advice}.");
        _fault = fault;
        if (!_closed)
        {
            Log.SinkFaulted(_logger, fault.Message);
        }

        _epochs.Fail(fault);
        return fault;
    }

    private void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (_fault is { } fault)
        {
            throw new InferenceException(fault.Message, fault);
        }

        if (_producer is null)
        {
            throw new InvalidOperationException("Open the sink before writing to it.");
        }
    }
}
