namespace Orleans.Inference.Expressions.Parsing;

/// <summary>A part of an expression as it was written, before names and types are known.</summary>
/// <param name="Column">1-based place in the text.</param>
internal abstract record ExpressionNode(int Column);

internal sealed record NumberNode(int Column, double Value) : ExpressionNode(Column);

internal sealed record TextNode(int Column, string Value) : ExpressionNode(Column);

internal sealed record BooleanNode(int Column, bool Value) : ExpressionNode(Column);

/// <summary>A field, or <c>score</c>; in backticks it is always a field.</summary>
internal sealed record NameNode(int Column, string Name, bool IsQuoted) : ExpressionNode(Column);

internal sealed record CallNode(int Column, string Function, IReadOnlyList<ExpressionNode> Arguments) : ExpressionNode(Column);

internal sealed record NegateNode(int Column, ExpressionNode Operand) : ExpressionNode(Column);

internal sealed record NotNode(int Column, ExpressionNode Operand) : ExpressionNode(Column);

internal sealed record BinaryNode(int Column, BinaryOperator Operator, ExpressionNode Left, ExpressionNode Right) : ExpressionNode(Column);

/// <summary><c>in</c> and <c>not in</c>.</summary>
internal sealed record MembershipNode(int Column, bool IsNegated, ExpressionNode Operand, IReadOnlyList<ExpressionNode> Items) : ExpressionNode(Column);

internal enum BinaryOperator
{
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

internal static class BinaryOperatorText
{
    public static string Symbol(this BinaryOperator binaryOperator) => binaryOperator switch
    {
        BinaryOperator.Or => "or",
        BinaryOperator.And => "and",
        BinaryOperator.Equal => "==",
        BinaryOperator.NotEqual => "!=",
        BinaryOperator.Less => "<",
        BinaryOperator.LessOrEqual => "<=",
        BinaryOperator.Greater => ">",
        BinaryOperator.GreaterOrEqual => ">=",
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Multiply => "*",
        BinaryOperator.Divide => "/",
        _ => "%",
    };
}
