using Orleans.Inference.Pipelines.Configuration;
using Orleans.Inference.Pipelines.Yaml;

namespace Orleans.Inference.Pipelines.Validation;

/// <summary>Checks <c>sink:</c> and <c>labels:</c>, and that no topic is used for two things.</summary>
internal static class OutputValidator
{
    private static readonly TimeSpan DefaultWait = TimeSpan.FromDays(30);

    public static SinkModel Sink(PipelineConfig config, SourceModel? source, ValidationScope scope)
    {
        var topic = config.Sink?.Topic?.Value ?? $"{config.Name?.Value}-predictions";
        if (config.Sink?.Delivery is { Value: "exactly-once" } delivery)
        {
            scope.AddNotYet(delivery.Mark, "exactly-once", "sink.delivery");
        }

        if (source is not null)
        {
            CheckTopics(config, source, topic, scope);
        }

        return new SinkModel(topic, config.Sink?.IncludesFeatures ?? false);
    }

    public static LabelsModel? Labels(PipelineConfig config, ValidationScope scope)
    {
        if (config.Labels is not { } labels)
        {
            return null;
        }

        scope.AddNotYet(labels.Mark, "labels", "labels");
        if (scope.Field(labels.Value, "labels.value") is { IsLabel: false } field)
        {
            scope.Problems.Add(labels.Value!.Mark, $"`labels.value`: `{field.Name}` is not a label; allowed: the field with `label: true`");
        }

        return labels is { Topic: { } topic, Id: { } id, Value: { } value }
            ? new LabelsModel(topic.Value, id.Value, value.Value, labels.Wait?.Value ?? DefaultWait)
            : null;
    }

    private static void CheckTopics(PipelineConfig config, SourceModel source, string sinkTopic, ValidationScope scope)
    {
        var written = config.Source!;
        var beginning = written.Topic!.Mark;
        var uses = new List<(string Topic, string Path, Mark Mark)>
        {
            (source.Topic, "source.topic", beginning),
            (source.DeadLetterTopic, "source.deadLetters", written.DeadLetters?.Mark ?? beginning),
            (source.LateTopic, "source.lateTopic", written.LateTopic?.Mark ?? beginning),
            (sinkTopic, "sink.topic", config.Sink?.Topic?.Mark ?? beginning),
        };
        if (config.Labels?.Topic is { } labels)
        {
            uses.Add((labels.Value, "labels.topic", labels.Mark));
        }

        for (var i = 1; i < uses.Count; i++)
        {
            var earlier = uses.FindIndex(use => use.Topic == uses[i].Topic);
            if (earlier < i)
            {
                scope.Problems.Add(uses[i].Mark, $"`{uses[i].Path}` is `{uses[i].Topic}`, as is `{uses[earlier].Path}`; allowed: a topic of its own");
            }

            if (!Scalars.IsTopic(uses[i].Topic))
            {
                scope.Problems.Add(
                    uses[i].Mark, $"`{uses[i].Path}` would be `{uses[i].Topic}`, too long for a topic; allowed: set it to 249 characters or less");
            }
        }
    }
}
