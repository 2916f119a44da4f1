using Microsoft.Extensions.Logging;
using Orleans.Inference.Delivery;
using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Kafka;

/// <summary>Makes sources, sinks and producers for one cluster.</summary>
public sealed class KafkaTransport : IRecordTransport
{
    private readonly KafkaSettings _settings;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;

    /// <exception cref="InferenceException">A setting is unknown, invalid or not to be changed; all problems at once.</exception>
    public KafkaTransport(KafkaSettings settings, ILoggerFactory loggers, TimeProvider time)
    {
        settings.Validate();
        _settings = settings;
        _loggers = loggers;
        _time = time;
    }

    /// <summary>The pipeline's source topic.</summary>
    public IRecordSource CreateSource(PipelineModel pipeline) => CreateSource(pipeline.Source.Topic, pipeline.Source.Group);

    /// <summary>Any topic as a source, for instance of labels.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="group">The group whose offsets show progress to monitors.</param>
    public IRecordSource CreateSource(string topic, string group) =>
        new KafkaRecordSource(topic, group, _settings, _loggers.CreateLogger<KafkaRecordSource>(), _time);

    /// <summary>The pipeline's output topics.</summary>
    public IRecordSink CreateSink(PipelineModel pipeline) =>
        new KafkaRecordSink(SinkTopics.Of(pipeline), _settings, _loggers.CreateLogger<KafkaRecordSink>(), _time);

    /// <summary>A producer of events; connects by itself.</summary>
    public KafkaEventProducer CreateProducer() => new(_settings, _loggers.CreateLogger<KafkaEventProducer>());

    /// <summary>
    /// Waits until the topics are there, creating those that are missing where that is allowed; keeps trying while the broker is down.
    /// </summary>
    public async Task<IReadOnlyList<SourceTopic>> DescribeTopicsAsync(IReadOnlyList<string> topics, CancellationToken cancellationToken)
    {
        var catalog = new TopicCatalog(_settings, _loggers.CreateLogger<TopicCatalog>(), _time);
        var states = await catalog.DescribeAsync(topics, cancellationToken);
        return [.. states.Select(state => new SourceTopic(state.Name, state.Incarnation, state.Partitions))];
    }
}
