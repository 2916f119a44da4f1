using Orleans.Inference.Expressions.Parsing;

namespace Orleans.Inference.Expressions.Evaluation;

/// <summary>Comparisons that are false where a value is missing, <c>!=</c> too.</summary>
internal static class Comparisons
{
    public static bool Differ(double left, double right) => left < right || left > right;

    public static bool IsIn(double value, double[] items) => !double.IsNaN(value) && Array.IndexOf(items, value) >= 0;

    public static bool Ticks(long left, long right, BinaryOperator comparison) =>
        left != TimeOperations.Missing && right != TimeOperations.Missing && Holds(left.CompareTo(right), comparison);

    public static bool Holds(int order, BinaryOperator comparison) => comparison switch
    {
        BinaryOperator.Equal => order == 0,
        BinaryOperator.NotEqual => order != 0,
        BinaryOperator.Less => order < 0,
        BinaryOperator.LessOrEqual => order <= 0,
        BinaryOperator.Greater => order > 0,
        _ => order >= 0,
    };
}
