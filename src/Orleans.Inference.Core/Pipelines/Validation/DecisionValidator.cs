using Orleans.Inference.Decisions;
using Orleans.Inference.Expressions;
using Orleans.Inference.Pipelines.Configuration;

namespace Orleans.Inference.Pipelines.Validation;

/// <summary>Checks <c>decision:</c>: every rule is a condition over the score and the event, without its label.</summary>
internal static class DecisionValidator
{
    /// <summary>A decision's index is a byte, and one value means none.</summary>
    private const int MaxRules = 250;

    public static DecisionModel? Validate(PipelineConfig config, ValidationScope scope)
    {
        if (config.Decision is not { } decision)
        {
            return null;
        }

        if (decision.Rules.Count is 0 or > MaxRules)
        {
            scope.Problems.Add(decision.Mark, $"`decision` has {decision.Rules.Count} rules; allowed: 1 to {MaxRules}, such as block: \"score >= 0.9\"");
        }

        var rules = new List<DecisionRule>(decision.Rules.Count);
        foreach (var rule in decision.Rules)
        {
            var path = $"decision.{rule.Name.Value}";
            if (rule.When is not { } text || scope.Compile(text, path, ExpressionScope.ForDecision(scope.Fields)) is not { } when)
            {
                continue;
            }

            if (when.Fields.Select(index => scope.Fields[index]).FirstOrDefault(field => field.IsLabel) is { } label)
            {
                scope.Problems.Add(text.Mark, $"`{path}` reads the label `{label.Name}`, which is not known yet; allowed: score and other fields");
            }

            rules.Add(new DecisionRule(rule.Name.Value, when));
        }

        return new DecisionModel(rules, decision.Else?.Value);
    }
}
