namespace Orleans.Inference.Expressions;

/// <summary>What compiling gave: an expression, or why there is none; exactly one of the two.</summary>
public sealed record ExpressionResult(CompiledExpression? Expression, ExpressionError? Error);

/// <summary>Why a text is no expression.</summary>
/// <param name="Column">1-based place in the text.</param>
/// <param name="Message">What is wrong there and what is allowed.</param>
public sealed record ExpressionError(int Column, string Message)
{
    public override string ToString() => $"column {Column}: {Message}";
}
