using Orleans.Inference.Events;

namespace Orleans.Inference.Expressions;

/// <summary>What an expression yields. A boolean is 1 or 0.</summary>
public enum ExpressionKind
{
    Number,
    Boolean,
    Text,
}

/// <summary>
/// An expression over one event, compiled once. <see cref="Evaluate"/> takes a batch and a row and never throws: a missing number is NaN, a
/// comparison with a missing value is false.
/// </summary>
/// <param name="Text">The expression as the user wrote it.</param>
/// <param name="Kind">Number or Boolean; a whole expression never yields text.</param>
/// <param name="Fields">Indices of the fields it reads, ascending, without repeats.</param>
/// <param name="UsesScore">Whether it reads <c>score</c>, which only a decision may.</param>
/// <param name="Evaluate">The value for a row.</param>
public sealed record CompiledExpression(
    string Text,
    ExpressionKind Kind,
    IReadOnlyList<int> Fields,
    bool UsesScore,
    Func<EventBatch, int, double> Evaluate);
