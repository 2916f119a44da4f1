using System.Linq.Expressions;
using Orleans.Inference.Events;
using Orleans.Inference.Expressions.Evaluation;

namespace Orleans.Inference.Expressions.Binding;

internal enum ValueKind
{
    Number,
    Boolean,
    Text,
    Timestamp,
}

/// <summary>
/// A part of an expression with its type and the code that computes it: double for a number, bool or (for a field, which may be missing) double for a
/// boolean, <see cref="TextValue"/> for a text, long ticks for a timestamp.
/// </summary>
/// <param name="Kind">Its type.</param>
/// <param name="Code">Computes it from <see cref="Batch"/> and <see cref="Row"/>.</param>
/// <param name="Field">The field, where it is nothing but a field; else -1.</param>
/// <param name="Literal">The value, where it is a literal: double, bool or UTF-8.</param>
internal sealed record BoundValue(ValueKind Kind, Expression Code, int Field = -1, object? Literal = null)
{
    public static readonly ParameterExpression Batch = Expression.Parameter(typeof(EventBatch), "batch");

    public static readonly ParameterExpression Row = Expression.Parameter(typeof(int), "row");

    /// <summary>What a message calls a value of the kind.</summary>
    public string Description => Kind switch
    {
        ValueKind.Number => "a number",
        ValueKind.Boolean => "a condition",
        ValueKind.Text => "a text",
        _ => "a timestamp",
    };

    public bool IsNumeric => Kind is ValueKind.Number or ValueKind.Boolean;

    /// <summary>As double: a condition is 1 or 0.</summary>
    public Expression AsNumber() => Code.Type == typeof(bool)
        ? Expression.Condition(Code, Expression.Constant(1.0), Expression.Constant(0.0))
        : Code;

    /// <summary>As bool: a missing boolean does not hold.</summary>
    public Expression AsCondition() => Code.Type == typeof(bool) ? Code : Expression.Equal(Code, Expression.Constant(1.0));

    /// <summary>Calls a static method that the delegate names.</summary>
    public static MethodCallExpression Call(Delegate method, params Expression[] arguments) => Expression.Call(method.Method, arguments);
}
