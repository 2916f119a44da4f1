using Orleans.Inference.Events;
using Orleans.Inference.Expressions;

namespace Orleans.Inference.Decisions;

/// <summary>Named conditions over the score and the event; the first that holds is the decision.</summary>
/// <param name="Rules">In the order of the file.</param>
/// <param name="Else">The decision when no rule holds; null leaves the event undecided.</param>
public sealed record DecisionModel(IReadOnlyList<DecisionRule> Rules, string? Else)
{
    /// <summary>No decision.</summary>
    public const byte None = 255;

    /// <summary>Index of the decision for a scored row: of a rule, <see cref="Rules"/>.Count for <see cref="Else"/>, or <see cref="None"/>.</summary>
    public byte Decide(EventBatch batch, int row)
    {
        for (var i = 0; i < Rules.Count; i++)
        {
            if (Rules[i].When.Evaluate(batch, row) != 0)
            {
                return (byte)i;
            }
        }

        return Else is null ? None : (byte)Rules.Count;
    }

    /// <summary>Name of a decision index, or null for <see cref="None"/>.</summary>
    public string? NameOf(byte decision) =>
        decision < Rules.Count ? Rules[decision].Name : decision == Rules.Count ? Else : null;
}

/// <summary>A decision and the condition under which it is taken.</summary>
public sealed record DecisionRule(string Name, CompiledExpression When);
