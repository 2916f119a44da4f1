using Orleans.Inference.Fields;

namespace Orleans.Inference.Expressions;

/// <summary>What an expression may read and must yield.</summary>
/// <param name="Fields">The names it knows, in schema order.</param>
/// <param name="AllowsScore">Whether <c>score</c> is the event's score; a field of that name is then written in backticks.</param>
/// <param name="IsCondition">Whether it must be a condition, whose value is then 1 or 0 and never NaN.</param>
public sealed record ExpressionScope(IReadOnlyList<FieldModel> Fields, bool AllowsScore, bool IsCondition)
{
    /// <summary>A feature's <c>expr</c>: a number or a condition.</summary>
    public static ExpressionScope ForFeature(IReadOnlyList<FieldModel> fields) => new(fields, AllowsScore: false, IsCondition: false);

    /// <summary>A feature's <c>where</c>: a condition.</summary>
    public static ExpressionScope ForWhere(IReadOnlyList<FieldModel> fields) => new(fields, AllowsScore: false, IsCondition: true);

    /// <summary>A decision's rule: a condition that may read <c>score</c>.</summary>
    public static ExpressionScope ForDecision(IReadOnlyList<FieldModel> fields) => new(fields, AllowsScore: true, IsCondition: true);
}
