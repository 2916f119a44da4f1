using Orleans.Inference.Pipelines.Yaml;

namespace Orleans.Inference.Pipelines.Configuration;

/// <summary><c>labels:</c>, where the truth arrives later. <c>id</c>, <c>value</c> and <c>time</c> are names in the label's record.</summary>
internal sealed record LabelsConfig(
    Mark Mark, Located<string>? Topic, Located<string>? Id, Located<string>? Value, Located<string>? Time, Located<TimeSpan>? Wait)
{
    public static LabelsConfig Read(YamlMapping mapping, ProblemList problems)
    {
        var section = new Section(mapping, "labels", problems, "topic", "id", "value", "time", "wait");
        section.Require("topic", "the topic that labels come from");
        section.Require("id", "the member that holds the id of the labelled event");
        section.Require("value", "the label field");
        return new LabelsConfig(
            section.Mark, section.Topic("topic"), section.Text("id"), section.Text("value"), section.Text("time"), section.Duration("wait"));
    }
}
