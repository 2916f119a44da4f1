using System.Linq.Expressions;
using System.Text;
using System.Text.RegularExpressions;
using Orleans.Inference.Expressions.Evaluation;
using Orleans.Inference.Expressions.Parsing;

namespace Orleans.Inference.Expressions.Binding;

internal sealed partial class ExpressionBinder
{
    private static readonly string[] FunctionNames =
    [
        "hour", "minute", "day", "month", "weekday", "abs", "log", "log1p", "sqrt", "exp", "floor", "min", "max", "if", "coalesce", "length", "lower",
        "contains", "startsWith", "matches",
    ];

    private static readonly Dictionary<string, Func<long, double>> TimeFunctions = new(StringComparer.Ordinal)
    {
        ["hour"] = TimeOperations.Hour,
        ["minute"] = TimeOperations.Minute,
        ["day"] = TimeOperations.Day,
        ["month"] = TimeOperations.Month,
        ["weekday"] = TimeOperations.Weekday,
    };

    private static readonly Dictionary<string, Func<double, double>> NumberFunctions = new(StringComparer.Ordinal)
    {
        ["abs"] = Math.Abs,
        ["log"] = Math.Log,
        ["log1p"] = NumberOperations.Log1P,
        ["sqrt"] = Math.Sqrt,
        ["exp"] = Math.Exp,
        ["floor"] = Math.Floor,
    };

    private BoundValue? BindCall(CallNode node)
    {
        if (!FunctionNames.Contains(node.Function))
        {
            return Fail(
                node,
                $"there is no function `{node.Function}`{NearestName.Hint(node.Function, FunctionNames)} allowed: {string.Join(", ", FunctionNames)}");
        }

        var arguments = new List<BoundValue>(node.Arguments.Count);
        foreach (var argument in node.Arguments)
        {
            if (Bind(argument) is not { } bound)
            {
                return null;
            }

            arguments.Add(bound);
        }

        if (TimeFunctions.TryGetValue(node.Function, out var timeFunction))
        {
            return Takes(node, arguments, ValueKind.Timestamp)
                ? new BoundValue(ValueKind.Number, BoundValue.Call(timeFunction, arguments[0].Code))
                : null;
        }

        if (NumberFunctions.TryGetValue(node.Function, out var numberFunction))
        {
            return Takes(node, arguments, ValueKind.Number)
                ? new BoundValue(ValueKind.Number, BoundValue.Call(numberFunction, arguments[0].AsNumber()))
                : null;
        }

        return node.Function switch
        {
            "min" => Extreme(node, arguments, Math.Min),
            "max" => Extreme(node, arguments, Math.Max),
            "if" => If(node, arguments),
            "coalesce" => Coalesce(node, arguments),
            "length" => Takes(node, arguments, ValueKind.Text)
                ? new BoundValue(ValueKind.Number, BoundValue.Call(TextOperations.Length, BoundValue.Batch, arguments[0].Code))
                : null,
            "lower" => Takes(node, arguments, ValueKind.Text) ? Lower(arguments[0]) : null,
            "contains" => Search(node, arguments, TextOperations.Contains),
            "startsWith" => Search(node, arguments, TextOperations.StartsWith),
            _ => Matches(node, arguments),
        };
    }

    private BoundValue? Extreme(CallNode node, List<BoundValue> arguments, Func<double, double, double> choose)
    {
        if (!TakesAtLeastTwo(node, arguments))
        {
            return null;
        }

        return arguments.Find(argument => !argument.IsNumeric) is { } wrong
            ? Fail(node, $"`{node.Function}` takes numbers, not {wrong.Description}")
            : new BoundValue(ValueKind.Number, arguments.Select(argument => argument.AsNumber()).Aggregate((a, b) => BoundValue.Call(choose, a, b)));
    }

    private BoundValue? If(CallNode node, List<BoundValue> arguments)
    {
        if (arguments.Count != 3)
        {
            return Fail(node, $"`if` takes a condition and two values, not {arguments.Count} arguments: `if(amount > 10, 1, 0)`");
        }

        if (arguments[0].Kind != ValueKind.Boolean)
        {
            return Fail(node, $"the first argument of `if` is {arguments[0].Description}, not a condition");
        }

        return Common(node, arguments.GetRange(1, 2)) is { } branches
            ? branches[0] with { Code = Expression.Condition(arguments[0].AsCondition(), branches[0].Code, branches[1].Code) }
            : null;
    }

    private BoundValue? Coalesce(CallNode node, List<BoundValue> arguments)
    {
        if (!TakesAtLeastTwo(node, arguments) || Common(node, arguments) is not { } values)
        {
            return null;
        }

        Delegate coalesce = values[0].Kind switch
        {
            ValueKind.Text => TextValue.Coalesce,
            ValueKind.Timestamp => TimeOperations.Coalesce,
            _ => NumberOperations.Coalesce,
        };
        return values[0] with { Code = values.Select(value => value.Code).Aggregate((a, b) => BoundValue.Call(coalesce, a, b)) };
    }

    /// <summary>The values in the one type that all have, or null and an error.</summary>
    private List<BoundValue>? Common(CallNode node, List<BoundValue> values)
    {
        var kind = values[0].Kind;
        if (values.TrueForAll(value => value.IsNumeric))
        {
            var common = values.TrueForAll(value => value.Kind == ValueKind.Boolean) ? ValueKind.Boolean : ValueKind.Number;
            return values.ConvertAll(value => new BoundValue(common, value.AsNumber()));
        }

        if (values.Find(value => value.Kind != kind) is { } other)
        {
            Fail(node, $"`{node.Function}` has {values[0].Description} and {other.Description}; its values must be of one type");
            return null;
        }

        return values.ConvertAll(value => new BoundValue(kind, value.Code));
    }

    private static BoundValue Lower(BoundValue text)
    {
        if (text.Literal is not byte[] literal)
        {
            return new BoundValue(ValueKind.Text, BoundValue.Call(TextValue.Lower, text.Code));
        }

        var lower = new byte[literal.Length * 2];
        return TextLiteral(lower[..TextValue.ToLower(literal, lower)]);
    }

    private BoundValue? Search(CallNode node, List<BoundValue> arguments, Delegate search) =>
        arguments.Count == 2 && arguments.TrueForAll(argument => argument.Kind == ValueKind.Text)
            ? Condition(BoundValue.Call(search, BoundValue.Batch, arguments[0].Code, arguments[1].Code))
            : Fail(node, $"`{node.Function}` takes two texts, not {Described(arguments)}: `{node.Function}(name, 'a')`");

    private BoundValue? Matches(CallNode node, List<BoundValue> arguments)
    {
        if (arguments.Count != 2 || arguments[0].Kind != ValueKind.Text || arguments[1].Literal is not byte[] pattern)
        {
            return Fail(node, $"`matches` takes a text and a regular expression as a literal, not {Described(arguments)}: `matches(name, '^a')`");
        }

        try
        {
            var regex = new Regex(Encoding.UTF8.GetString(pattern), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return Condition(BoundValue.Call(TextOperations.Matches, BoundValue.Batch, arguments[0].Code, Expression.Constant(regex)));
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return Fail(node.Arguments[1], $"the regular expression is not accepted: {exception.Message}");
        }
    }

    private bool Takes(CallNode node, List<BoundValue> arguments, ValueKind kind)
    {
        if (arguments.Count == 1 && (arguments[0].Kind == kind || (kind == ValueKind.Number && arguments[0].IsNumeric)))
        {
            return true;
        }

        var wanted = kind switch
        {
            ValueKind.Timestamp => "a timestamp field",
            ValueKind.Text => "a text",
            _ => "a number",
        };
        Fail(node, $"`{node.Function}` takes {wanted}, not {Described(arguments)}");
        return false;
    }

    private bool TakesAtLeastTwo(CallNode node, List<BoundValue> arguments)
    {
        if (arguments.Count < 2)
        {
            Fail(node, $"`{node.Function}` takes two or more values, not {Described(arguments)}");
        }

        return arguments.Count >= 2;
    }

    private static string Described(List<BoundValue> arguments) =>
        arguments.Count == 0 ? "nothing" : string.Join(" and ", arguments.Select(argument => argument.Description));
}
