using Orleans.Inference.Pipelines.Yaml;

namespace Orleans.Inference.Pipelines.Configuration;

/// <summary>
/// <c>source:</c>, where events come from. Besides topic, id and time: <c>deadLetters</c> (default <c>&lt;topic&gt;-dlq</c>), <c>lateTopic</c>
/// (<c>&lt;topic&gt;-late</c>) and <c>group</c> (<c>inference-&lt;pipeline&gt;</c>).
/// </summary>
internal sealed record SourceConfig(
    Located<string>? Topic,
    Located<string>? Id,
    Located<string>? Time,
    Located<TimeSpan>? Lateness,
    Located<TimeSpan>? MaxAhead,
    Located<TimeSpan>? Deduplicate,
    Located<string>? DeadLetters,
    Located<string>? LateTopic,
    Located<string>? Group)
{
    private static readonly string[] Keys = ["topic", "id", "time", "lateness", "maxAhead", "deduplicate", "deadLetters", "lateTopic", "group"];

    public static SourceConfig Read(YamlMapping mapping, ProblemList problems)
    {
        var section = new Section(mapping, "source", problems, Keys);
        section.Require("topic", "the topic that events come from");
        section.Require("id", "the field that holds the event's id");
        section.Require("time", "the timestamp field that holds the event time");
        return new SourceConfig(
            section.Topic("topic"),
            section.Text("id"),
            section.Text("time"),
            section.Duration("lateness", allowsZero: true),
            section.Duration("maxAhead", allowsZero: true),
            section.Duration("deduplicate"),
            section.Topic("deadLetters"),
            section.Topic("lateTopic"),
            section.Topic("group"));
    }
}
