using Orleans.Inference.Pipelines.Yaml;

namespace Orleans.Inference.Pipelines.Configuration;

/// <summary><c>model:</c>, how features meet the model's tensors.</summary>
/// <param name="Mark">Of the section.</param>
/// <param name="Input"><c>features</c>, or a map of input names to feature names.</param>
/// <param name="Score">The output.</param>
/// <param name="Online">The mapping of an online model, whose keys belong to its algorithm.</param>
internal sealed record ModelConfig(Mark Mark, YamlNode? Input, Located<string>? Score, YamlMapping? Online)
{
    public static ModelConfig Read(YamlMapping mapping, ProblemList problems)
    {
        var section = new Section(mapping, "model", problems, "input", "score", "online");
        if (!section.Has("online"))
        {
            section.Require("score", "an output and column, such as probabilities[1]");
        }

        var online = section.Mapping("online", "a mapping with algorithm and its settings");
        if (online is not null && !online.Entries.Any(entry => entry.Key.Text == "algorithm"))
        {
            problems.Add(online.Mark, "`model.online.algorithm` is missing; allowed: the name of an algorithm");
        }

        return new ModelConfig(section.Mark, section.Node("input"), section.Text("score"), online);
    }
}
