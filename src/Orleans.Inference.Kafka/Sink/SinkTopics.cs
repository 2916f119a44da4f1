using Orleans.Inference.Delivery;
using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Kafka;

/// <summary>The names of a pipeline's output topics.</summary>
internal sealed record SinkTopics(string Pipeline, string Group, string Predictions, string DeadLetters, string Late)
{
    /// <summary>In the order of <see cref="OutputTopic"/>.</summary>
    public IReadOnlyList<string> Names { get; } = [Predictions, DeadLetters, Late];

    public OutputTopic OutputOf(string topic) =>
        topic == Predictions ? OutputTopic.Predictions : topic == DeadLetters ? OutputTopic.DeadLetters : OutputTopic.Late;

    public static SinkTopics Of(PipelineModel pipeline) => new(
        pipeline.Name, pipeline.Source.Group, pipeline.Sink.Topic, pipeline.Source.DeadLetterTopic, pipeline.Source.LateTopic);
}
