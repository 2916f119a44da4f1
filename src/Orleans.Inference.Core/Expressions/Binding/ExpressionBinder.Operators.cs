using System.Linq.Expressions;
using Orleans.Inference.Expressions.Evaluation;
using Orleans.Inference.Expressions.Parsing;

namespace Orleans.Inference.Expressions.Binding;

internal sealed partial class ExpressionBinder
{
    private BoundValue? BindBinary(BinaryNode node)
    {
        if (Bind(node.Left) is not { } left || Bind(node.Right) is not { } right)
        {
            return null;
        }

        return node.Operator switch
        {
            BinaryOperator.And or BinaryOperator.Or => Junction(node, left, right),
            >= BinaryOperator.Add => Arithmetic(node, left, right),
            _ => Comparison(node, node.Operator, left, right),
        };
    }

    private BoundValue? Junction(BinaryNode node, BoundValue left, BoundValue right)
    {
        var wrong = left.Kind != ValueKind.Boolean ? left : right.Kind != ValueKind.Boolean ? right : null;
        if (wrong is not null)
        {
            var side = ReferenceEquals(wrong, left) ? "left" : "right";
            return Fail(
                node, $"`{node.Operator.Symbol()}` takes conditions; its {side} side is {wrong.Description}, compare it, such as `{Comparable(wrong)}`");
        }

        return Condition(node.Operator == BinaryOperator.And
            ? Expression.AndAlso(left.AsCondition(), right.AsCondition())
            : Expression.OrElse(left.AsCondition(), right.AsCondition()));
    }

    private BoundValue? Arithmetic(BinaryNode node, BoundValue left, BoundValue right)
    {
        if (left.Kind == ValueKind.Timestamp && right.Kind == ValueKind.Timestamp && node.Operator == BinaryOperator.Subtract)
        {
            return new BoundValue(ValueKind.Number, BoundValue.Call(TimeOperations.Difference, left.Code, right.Code));
        }

        if (!left.IsNumeric || !right.IsNumeric)
        {
            return Fail(node, $"`{node.Operator.Symbol()}` takes numbers, not {left.Description} and {right.Description}");
        }

        var (a, b) = (left.AsNumber(), right.AsNumber());
        return new BoundValue(ValueKind.Number, node.Operator switch
        {
            BinaryOperator.Add => Expression.Add(a, b),
            BinaryOperator.Subtract => Expression.Subtract(a, b),
            BinaryOperator.Multiply => Expression.Multiply(a, b),
            BinaryOperator.Divide => Expression.Divide(a, b),
            _ => Expression.Modulo(a, b),
        });
    }

    private BoundValue? Comparison(ExpressionNode node, BinaryOperator comparison, BoundValue left, BoundValue right)
    {
        if (left.IsNumeric && right.IsNumeric)
        {
            return Condition(CompareNumbers(comparison, left.AsNumber(), right.AsNumber()));
        }

        if (left.Kind != right.Kind)
        {
            return Fail(node, $"`{comparison.Symbol()}` compares {left.Description} with {right.Description}; both sides must be of one type");
        }

        return Condition(left.Kind == ValueKind.Text
            ? CompareTexts(comparison, left, right)
            : BoundValue.Call(Comparisons.Ticks, left.Code, right.Code, Expression.Constant(comparison)));
    }

    private static Expression CompareNumbers(BinaryOperator comparison, Expression left, Expression right) => comparison switch
    {
        BinaryOperator.Equal => Expression.Equal(left, right),
        BinaryOperator.NotEqual => BoundValue.Call(Comparisons.Differ, left, right),
        BinaryOperator.Less => Expression.LessThan(left, right),
        BinaryOperator.LessOrEqual => Expression.LessThanOrEqual(left, right),
        BinaryOperator.Greater => Expression.GreaterThan(left, right),
        _ => Expression.GreaterThanOrEqual(left, right),
    };

    private static MethodCallExpression CompareTexts(BinaryOperator comparison, BoundValue left, BoundValue right)
    {
        var (field, literal) = left.Field >= 0 ? (left.Field, right.Literal) : (right.Field, left.Literal);
        if (field >= 0 && literal is byte[] && comparison is BinaryOperator.Equal or BinaryOperator.NotEqual)
        {
            return BoundValue.Call(
                comparison == BinaryOperator.Equal ? TextOperations.FieldEquals : TextOperations.FieldDiffers,
                BoundValue.Batch,
                Expression.Constant(field),
                BoundValue.Row,
                Expression.Constant(literal));
        }

        return BoundValue.Call(TextOperations.Compare, BoundValue.Batch, left.Code, right.Code, Expression.Constant(comparison));
    }

    private BoundValue? BindMembership(MembershipNode node)
    {
        if (Bind(node.Operand) is not { } operand)
        {
            return null;
        }

        var items = new List<BoundValue>(node.Items.Count);
        foreach (var item in node.Items)
        {
            if (Bind(item) is not { } bound)
            {
                return null;
            }

            if (bound.Kind != operand.Kind && !(bound.IsNumeric && operand.IsNumeric))
            {
                return Fail(item, $"`in` looks for {operand.Description} in a list with {bound.Description}; all must be of one type");
            }

            items.Add(bound);
        }

        var value = Expression.Variable(operand.IsNumeric ? typeof(double) : operand.Code.Type);
        var code = operand.IsNumeric ? operand.AsNumber() : operand.Code;
        var held = new BoundValue(operand.Kind, value, operand.Field);
        var isIn = IsIn(held, items);
        var answer = node.IsNegated ? Expression.AndAlso(IsPresent(held), Expression.Not(isIn)) : isIn;
        return Condition(Expression.Block([value], Expression.Assign(value, code), answer));
    }

    private static Expression IsIn(BoundValue value, List<BoundValue> items)
    {
        if (value.Kind == ValueKind.Text && value.Field >= 0 && items.TrueForAll(item => item.Literal is byte[]))
        {
            var literals = items.Select(item => (byte[])item.Literal!).ToArray();
            return BoundValue.Call(
                TextOperations.FieldIsIn, BoundValue.Batch, Expression.Constant(value.Field), BoundValue.Row, Expression.Constant(literals));
        }

        if (value.Kind == ValueKind.Number && items.TrueForAll(item => item.Literal is double))
        {
            var literals = items.Select(item => (double)item.Literal!).ToArray();
            return BoundValue.Call(Comparisons.IsIn, value.Code, Expression.Constant(literals));
        }

        return items
            .Select(item => value.IsNumeric ? Expression.Equal(value.AsNumber(), item.AsNumber())
                : value.Kind == ValueKind.Text ? CompareTexts(BinaryOperator.Equal, value, item)
                : (Expression)BoundValue.Call(Comparisons.Ticks, value.Code, item.Code, Expression.Constant(BinaryOperator.Equal)))
            .Aggregate(Expression.OrElse);
    }

    private static Expression IsPresent(BoundValue value) => value.Kind switch
    {
        ValueKind.Text => BoundValue.Call(TextValue.Has, value.Code),
        ValueKind.Timestamp => BoundValue.Call(TimeOperations.Has, value.Code),
        _ => Expression.Not(BoundValue.Call(double.IsNaN, value.AsNumber())),
    };
}
