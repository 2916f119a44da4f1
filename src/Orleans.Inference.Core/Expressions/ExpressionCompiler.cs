using System.Linq.Expressions;
using Orleans.Inference.Events;
using Orleans.Inference.Expressions.Binding;
using Orleans.Inference.Expressions.Parsing;

namespace Orleans.Inference.Expressions;

/// <summary>
/// Compiles the text of an <c>expr</c>, a <c>where</c> or a decision's rule to a delegate over a batch's columns. The grammar is Sprache's, the code is made
/// by System.Linq.Expressions; compiling costs about a millisecond, evaluating some nanoseconds a node and no allocation.
/// </summary>
/// <remarks>
/// <para>Operators, loosest first: <c>or</c>, <c>and</c>, <c>not</c>, <c>== != &lt; &lt;= &gt; &gt;= in, not in</c> (they do not chain), <c>+ -</c>,
/// <c>* / %</c>, unary <c>-</c>. The right side of <c>in</c> is a list, <c>['a', 'b']</c> or <c>('a', 'b')</c>. <c>%</c> has the sign of its left side.</para>
/// <para>Functions: <c>hour minute day month weekday</c> of a timestamp (UTC, Monday is 1), <c>abs log log1p sqrt exp floor</c>, <c>min max coalesce</c> of
/// two or more, <c>if(condition, then, else)</c>, <c>length lower contains startsWith matches</c> of a text. <c>length</c> counts code points;
/// <c>matches</c> takes a regular expression as a literal and looks for it anywhere in the text.</para>
/// <para>Values: numbers are double, a condition is 1 or 0 where a number is wanted, texts compare by their UTF-8 bytes, the difference of two timestamps is
/// in seconds. A missing number is NaN, and every comparison with a missing value is false, <c>!=</c> and <c>not in</c> too. In a literal
/// <c>\n \r \t \\ \' \" \uXXXX</c> are escapes; before another character the backslash stands for itself.</para>
/// </remarks>
public static class ExpressionCompiler
{
    /// <summary>Longest text in characters.</summary>
    public const int MaxLength = 4_096;

    /// <summary>Compiles a text, or says what is wrong with it. Never throws for any text.</summary>
    public static ExpressionResult Compile(string text, ExpressionScope scope)
    {
        var parsed = ExpressionParser.Parse(text);
        if (parsed.Node is null)
        {
            return new ExpressionResult(null, parsed.Error);
        }

        var binder = new ExpressionBinder(scope);
        var body = binder.BindWhole(parsed.Node);
        if (body is null)
        {
            return new ExpressionResult(null, binder.Error);
        }

        var lambda = Expression.Lambda<Func<EventBatch, int, double>>(body.AsNumber(), BoundValue.Batch, BoundValue.Row);
        var kind = body.Kind == ValueKind.Boolean ? ExpressionKind.Boolean : ExpressionKind.Number;
        return new ExpressionResult(new CompiledExpression(text, kind, [.. binder.Fields], binder.UsesScore, lambda.Compile()), null);
    }
}
