using Orleans.Inference.Pipelines.Yaml;

namespace Orleans.Inference.Pipelines.Configuration;

/// <summary><c>sink:</c>, where predictions go. Without it they go to <c>&lt;pipeline&gt;-predictions</c>.</summary>
internal sealed record SinkConfig(Located<string>? Topic, bool IncludesFeatures, Located<string>? Delivery)
{
    public static SinkConfig Read(YamlMapping mapping, ProblemList problems)
    {
        var section = new Section(mapping, "sink", problems, "topic", "include", "delivery");
        section.Require("topic", "the topic that predictions go to");
        var include = section.Node("include") is YamlSequence { Items.Count: 0 } ? null : section.Texts("include", "a list: features");
        foreach (var wrong in include?.Value.Where(item => item.Value != "features") ?? [])
        {
            problems.Add(wrong.Mark, $"`sink.include` has `{wrong.Value}`; allowed: features");
        }

        return new SinkConfig(section.Topic("topic"), include is not null, section.Word("delivery", "at-least-once", "exactly-once"));
    }
}
