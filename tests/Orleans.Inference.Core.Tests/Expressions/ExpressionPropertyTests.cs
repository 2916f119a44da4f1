using FsCheck;
using FsCheck.Fluent;
using Orleans.Inference.Expressions;
using Orleans.Inference.Expressions.Parsing;
using static Orleans.Inference.Core.Tests.Expressions.ExpressionEvent;

namespace Orleans.Inference.Core.Tests.Expressions;

/// <summary>Generated expressions over generated events: the compiled code against a naive interpreter of the tree.</summary>
public sealed class ExpressionPropertyTests
{
    [Fact]
    public void Evaluate_GeneratedExpressions_AgreeWithInterpreter()
    {
        var cases =
            from text in Gen.Sized(size => Number(Math.Min(size / 15, 4)))
            from values in Values()
            select (text, values);
        Prop.ForAll(cases.ToArbitrary(), test =>
        {
            var compiled = ExpressionCompiler.Compile(test.text, ExpressionScope.ForFeature(Schema));
            Assert.True(compiled.Expression is not null, $"{test.text}: {compiled.Error}");
            var expected = new ExpressionInterpreter(test.values).Number(ExpressionParser.Parse(test.text).Node!);
            var actual = compiled.Expression.Evaluate(Batch(test.values), 0);
            Assert.True(expected.Equals(actual), $"{test.text} over {string.Join(", ", test.values)}: {actual}, not {expected}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000).WithEndSize(70));
    }

    [Fact]
    public void Compile_AnyText_GivesExpressionOrError()
    {
        var pieces = Gen.Elements(
            "amount", "channel", "tx_time", "flagged", "score", "zz", "1", "2.5", "'a'", "\"b", "`card type`", "`", "(", ")", "[", "]", ",", "+", "-", "*",
            "/", "%", "==", "!=", "<", ">=", "=", "and", "or", "not", "in", "if", "min", "hour", "matches", "coalesce", "true", " ", "\n", "é", "\0", "\ud83d");
        Prop.ForAll(pieces.ListOf().Select(list => string.Join(" ", list)).ToArbitrary(), text =>
        {
            var result = ExpressionCompiler.Compile(text, ExpressionScope.ForDecision(Schema));
            Assert.NotEqual(result.Expression is null, result.Error is null);
            Assert.True(result.Error is null || (result.Error.Column >= 1 && result.Error.Column <= text.Length + 1), text);
            result.Expression?.Evaluate(Batch(), 0);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));
    }

    private static Gen<(string Field, object Value)[]> Values() =>
        from amount in Optional(Gen.Elements<object>(0.0, -1.5, 2.0, 3.25))
        from items in Optional(Gen.Elements<object>(0, 1, 2, -7))
        from flagged in Optional(Gen.Elements<object>(true, false))
        from channel in Optional(Gen.Elements<object>("", "a", "AB", "É"))
        from card in Optional(Gen.Elements<object>("a", "ab", "é"))
        let named = new (string Field, object? Value)[]
        {
            ("amount", amount), ("items", items), ("flagged", flagged), ("channel", channel), ("card type", card),
        }
        select named.Where(value => value.Value is not null).Select(value => (value.Field, value.Value!)).ToArray();

    private static Gen<object?> Optional(Gen<object> values) => Gen.OneOf(values.Select(value => (object?)value), Gen.Constant<object?>(null));

    private static Gen<string> Number(int depth)
    {
        var leaf = Gen.Elements("amount", "items", "flagged", "0", "1", "2.5", "-1");
        return depth == 0 ? leaf : Gen.OneOf(
            leaf,
            from left in Number(depth - 1)
            from sign in Gen.Elements("+", "-", "*", "/", "%")
            from right in Number(depth - 1)
            from grouped in Gen.Elements(true, false)
            select grouped ? $"({left} {sign} {right})" : $"{left}{sign} {right}",
            from name in Gen.Elements("abs", "floor", "-", "sqrt")
            from value in Number(depth - 1)
            select $"{name}({value})",
            from name in Gen.Elements("min", "max", "coalesce")
            from left in Number(depth - 1)
            from right in Number(depth - 1)
            select $"{name}({left}, {right})",
            from condition in Condition(depth - 1)
            from left in Number(depth - 1)
            from right in Number(depth - 1)
            select $"if({condition}, {left}, {right})",
            from text in Text(depth - 1) select $"length({text})",
            from condition in Condition(depth - 1) select $"({condition})");
    }

    private static Gen<string> Condition(int depth)
    {
        var leaf = Gen.Elements("flagged", "true", "false", "amount > 1", "channel == 'a'");
        return depth == 0 ? leaf : Gen.OneOf(
            leaf,
            from left in Number(depth - 1)
            from sign in Gen.Elements("==", "!=", "<", "<=", ">", ">=")
            from right in Number(depth - 1)
            select $"{left} {sign} {right}",
            from left in Text(depth - 1)
            from sign in Gen.Elements("==", "!=", "<", "<=", ">", ">=")
            from right in Text(depth - 1)
            select $"{left} {sign} {right}",
            from left in Condition(depth - 1)
            from word in Gen.Elements("and", "or")
            from right in Condition(depth - 1)
            select $"{left} {word} {right}",
            from condition in Condition(depth - 1) select $"not ({condition})",
            from value in Number(depth - 1)
            from word in Gen.Elements("in", "not in")
            from item in Number(depth - 1)
            select $"{value} {word} [1, {item}]",
            from value in Text(depth - 1)
            from word in Gen.Elements("in", "not in")
            from item in Text(depth - 1)
            select $"{value} {word} ('a', {item})",
            from name in Gen.Elements("contains", "startsWith")
            from left in Text(depth - 1)
            from right in Text(depth - 1)
            select $"{name}({left}, {right})");
    }

    private static Gen<string> Text(int depth)
    {
        var leaf = Gen.Elements("channel", "`card type`", "'a'", "\"\"", "'É'");
        return depth == 0 ? leaf : Gen.OneOf(
            leaf,
            from text in Text(depth - 1) select $"lower({text})",
            from left in Text(depth - 1)
            from right in Text(depth - 1)
            select $"coalesce({left}, {right})",
            from condition in Condition(depth - 1)
            from left in Text(depth - 1)
            from right in Text(depth - 1)
            select $"if({condition}, {left}, {right})");
    }
}
