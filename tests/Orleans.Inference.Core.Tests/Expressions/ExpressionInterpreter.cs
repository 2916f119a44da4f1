using Orleans.Inference.Expressions.Parsing;

namespace Orleans.Inference.Core.Tests.Expressions;

/// <summary>Walks the tree with boxed values: double (NaN is missing), bool, or string (null is missing).</summary>
internal sealed class ExpressionInterpreter((string Field, object Value)[] values)
{
    public double Number(ExpressionNode node) => AsNumber(Value(node));

    private object? Value(ExpressionNode node) => node switch
    {
        NumberNode number => number.Value,
        BooleanNode boolean => boolean.Value,
        TextNode text => text.Value,
        NameNode name => Field(name.Name),
        NegateNode negate => -Number(negate.Operand),
        NotNode not => !Holds(not.Operand),
        BinaryNode { Operator: BinaryOperator.And } and => Holds(and.Left) && Holds(and.Right),
        BinaryNode { Operator: BinaryOperator.Or } or => Holds(or.Left) || Holds(or.Right),
        BinaryNode binary => Binary(binary),
        MembershipNode membership => IsIn(membership),
        CallNode call => Call(call),
        _ => throw new NotSupportedException(),
    };

    private object? Field(string name)
    {
        var value = values.FirstOrDefault(candidate => candidate.Field == name).Value;
        return value is null && name is "channel" or "card type" ? null : value is string or bool ? value : value is null ? double.NaN : Convert.ToDouble(value);
    }

    private static double AsNumber(object? value) => value is bool flag ? (flag ? 1 : 0) : (double)value!;

    private bool Holds(ExpressionNode node) => AsNumber(Value(node)) == 1;

    private object Binary(BinaryNode node)
    {
        var (left, right) = (Value(node.Left), Value(node.Right));
        if (node.Operator >= BinaryOperator.Add)
        {
            var (a, b) = (AsNumber(left), AsNumber(right));
            return node.Operator switch
            {
                BinaryOperator.Add => a + b,
                BinaryOperator.Subtract => a - b,
                BinaryOperator.Multiply => a * b,
                BinaryOperator.Divide => a / b,
                _ => a % b,
            };
        }

        return Order(left, right) is { } order && node.Operator switch
        {
            BinaryOperator.Equal => order == 0,
            BinaryOperator.NotEqual => order != 0,
            BinaryOperator.Less => order < 0,
            BinaryOperator.LessOrEqual => order <= 0,
            BinaryOperator.Greater => order > 0,
            _ => order >= 0,
        };
    }

    private static int? Order(object? left, object? right)
    {
        if (left is null || right is null || left is double.NaN || right is double.NaN)
        {
            return null;
        }

        return left is string text ? string.CompareOrdinal(text, (string)right) : AsNumber(left).CompareTo(AsNumber(right));
    }

    private object IsIn(MembershipNode node)
    {
        var operand = Value(node.Operand);
        var isIn = node.Items.Any(item => Order(operand, Value(item)) == 0);
        return node.IsNegated ? operand is not null and not double.NaN && !isIn : isIn;
    }

    private object? Call(CallNode call)
    {
        var arguments = call.Arguments.Select(Value).ToArray();
        return call.Function switch
        {
            "abs" => Math.Abs(AsNumber(arguments[0])),
            "floor" => Math.Floor(AsNumber(arguments[0])),
            "sqrt" => Math.Sqrt(AsNumber(arguments[0])),
            "min" => Math.Min(AsNumber(arguments[0]), AsNumber(arguments[1])),
            "max" => Math.Max(AsNumber(arguments[0]), AsNumber(arguments[1])),
            "coalesce" => arguments[0] is null or double.NaN ? arguments[1] : arguments[0],
            "if" => AsNumber(arguments[0]) == 1 ? arguments[1] : arguments[2],
            "length" => arguments[0] is string text ? (double)text.EnumerateRunes().Count() : double.NaN,
            "lower" => ((string?)arguments[0])?.ToLowerInvariant(),
            "contains" => arguments is [string whole, string part] && whole.Contains(part, StringComparison.Ordinal),
            "startsWith" => arguments is [string whole, string part] && whole.StartsWith(part, StringComparison.Ordinal),
            _ => throw new NotSupportedException(call.Function),
        };
    }
}
