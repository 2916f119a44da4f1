using System.Linq.Expressions;
using System.Text;
using Orleans.Inference.Expressions.Evaluation;
using Orleans.Inference.Expressions.Parsing;
using Orleans.Inference.Fields;

namespace Orleans.Inference.Expressions.Binding;

/// <summary>
/// Gives every node its type and its code. A null result means that <see cref="Error"/> says why; the first error ends the work. Used once, by one thread.
/// </summary>
internal sealed partial class ExpressionBinder(ExpressionScope scope)
{
    private const string Score = "score";

    public ExpressionError? Error { get; private set; }

    /// <summary>Indices of the fields read.</summary>
    public SortedSet<int> Fields { get; } = [];

    public bool UsesScore { get; private set; }

    /// <summary>The whole expression, which must be a number or, where the scope says so, a condition.</summary>
    public BoundValue? BindWhole(ExpressionNode node)
    {
        if (Bind(node) is not { } value)
        {
            return null;
        }

        if (scope.IsCondition)
        {
            return value.Kind == ValueKind.Boolean
                ? value with { Code = value.AsCondition() }
                : Fail(node, $"the expression is {value.Description}, not a condition; compare it, such as `{Comparable(value)}`");
        }

        return value.Kind switch
        {
            ValueKind.Text => Fail(node, "the expression is a text, not a number; compare it, such as `name == 'a'`, or take its `length`"),
            ValueKind.Timestamp => Fail(node, "the expression is a timestamp, not a number; take `hour`, `weekday` or the difference of two"),
            _ => value,
        };
    }

    private BoundValue? Bind(ExpressionNode node) => node switch
    {
        NumberNode number => new BoundValue(ValueKind.Number, Expression.Constant(number.Value), Literal: number.Value),
        BooleanNode boolean => new BoundValue(ValueKind.Boolean, Expression.Constant(boolean.Value), Literal: boolean.Value),
        TextNode text => TextLiteral(Encoding.UTF8.GetBytes(text.Value)),
        NameNode name => BindName(name),
        NegateNode negate => BindNegate(negate),
        NotNode not => BindNot(not),
        BinaryNode binary => BindBinary(binary),
        MembershipNode membership => BindMembership(membership),
        CallNode call => BindCall(call),
        _ => throw new InvalidOperationException($"No binding for {node.GetType().Name}."),
    };

    private BoundValue? BindName(NameNode node)
    {
        if (node.Name == Score && !node.IsQuoted && scope.AllowsScore)
        {
            UsesScore = true;
            return new BoundValue(ValueKind.Number, BoundValue.Call(NumberOperations.Score, BoundValue.Batch, BoundValue.Row));
        }

        if (scope.Fields.FirstOrDefault(field => field.Name == node.Name) is not { } field)
        {
            return Fail(node, UnknownName(node));
        }

        Fields.Add(field.Index);
        Expression[] place = [BoundValue.Batch, Expression.Constant(field.Index), BoundValue.Row];
        return field.Type switch
        {
            FieldType.String => new BoundValue(ValueKind.Text, BoundValue.Call(TextValue.Field, place), field.Index),
            FieldType.Timestamp => new BoundValue(ValueKind.Timestamp, BoundValue.Call(TimeOperations.Field, place), field.Index),
            FieldType.Bool => new BoundValue(ValueKind.Boolean, BoundValue.Call(NumberOperations.Field, place), field.Index),
            _ => new BoundValue(ValueKind.Number, BoundValue.Call(NumberOperations.Field, place), field.Index),
        };
    }

    private string UnknownName(NameNode node)
    {
        if (node.Name == Score && !node.IsQuoted)
        {
            return "`score` is known in `decision` only; a feature is computed before there is a score";
        }

        if (FunctionNames.Contains(node.Name))
        {
            return $"there is no field `{node.Name}`; the function is written with its arguments, `{node.Name}(...)`";
        }

        var names = scope.Fields.Select(field => field.Name).ToList();
        List<string> known = scope.AllowsScore ? [Score, .. names] : names;
        return $"there is no field `{node.Name}`{NearestName.Hint(node.Name, known)} allowed: {Listing(known)}";
    }

    private BoundValue? BindNegate(NegateNode node) => Bind(node.Operand) is not { } operand ? null
        : !operand.IsNumeric ? Fail(node, $"unary `-` takes a number, not {operand.Description}")
        : operand.Literal is double value ? new BoundValue(ValueKind.Number, Expression.Constant(-value), Literal: -value)
        : new BoundValue(ValueKind.Number, Expression.Negate(operand.AsNumber()));

    private BoundValue? BindNot(NotNode node) => Bind(node.Operand) is not { } operand ? null
        : operand.Kind != ValueKind.Boolean ? Fail(node, $"`not` takes a condition, not {operand.Description}")
        : Condition(Expression.Not(operand.AsCondition()));

    private static BoundValue TextLiteral(byte[] utf8) =>
        new(ValueKind.Text, Expression.Constant(TextValue.Literal(utf8)), Literal: utf8);

    private static BoundValue Condition(Expression code) => new(ValueKind.Boolean, code);

    private static string Comparable(BoundValue value) => value.Kind switch
    {
        ValueKind.Number => "amount > 10",
        ValueKind.Text => "name == 'a'",
        _ => "hour(time) < 6",
    };

    /// <summary>The names, at most twenty of them.</summary>
    private static string Listing(List<string> names) =>
        names.Count == 0 ? "(none)" : string.Join(", ", names.Take(20)) + (names.Count > 20 ? ", ..." : "");

    private BoundValue? Fail(ExpressionNode node, string message)
    {
        Error ??= new ExpressionError(node.Column, message);
        return null;
    }
}
