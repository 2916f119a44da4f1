using Orleans.Inference.Pipelines.Yaml;

namespace Orleans.Inference.Pipelines.Configuration;

/// <summary><c>decision:</c>, conditions in order and what holds <c>else</c>.</summary>
internal sealed record DecisionConfig(Mark Mark, IReadOnlyList<DecisionRuleConfig> Rules, Located<string>? Else)
{
    public static DecisionConfig Read(YamlMapping mapping, ProblemList problems)
    {
        var rules = new List<DecisionRuleConfig>();
        Located<string>? otherwise = null;
        foreach (var (key, value) in mapping.Entries)
        {
            var text = Scalars.Text(value, $"decision.{key.Text}", problems);
            if (key.Text == "else")
            {
                otherwise = text;
            }
            else
            {
                rules.Add(new DecisionRuleConfig(new Located<string>(key.Text, key.Mark), text));
            }
        }

        return new DecisionConfig(mapping.Mark, rules, otherwise);
    }
}

internal sealed record DecisionRuleConfig(Located<string> Name, Located<string>? When);
