using Orleans.Inference.Expressions;
using static Orleans.Inference.Core.Tests.Expressions.ExpressionEvent;

namespace Orleans.Inference.Core.Tests.Expressions;

public sealed class ExpressionEvaluationTests
{
    // 2026-01-04 is a Sunday.
    private static readonly DateTime Sunday = new(2026, 1, 4, 23, 59, 30, DateTimeKind.Utc);

    [Theory]
    [InlineData("1 + 2 * 3", 7)]
    [InlineData("(1 + 2) * 3", 9)]
    [InlineData("10 - 4 - 3", 3)]
    [InlineData("100 / 10 / 5", 2)]
    [InlineData("7 % 4", 3)]
    [InlineData("-7 % 4", -3)]
    [InlineData("--3", 3)]
    [InlineData("2 * -3", -6)]
    [InlineData("1.5e2", 150)]
    [InlineData(".5 + 1e-1", 0.6)]
    [InlineData("1 < 2", 1)]
    [InlineData("(1 < 2) + (3 >= 3) + (1 != 1)", 2)]
    [InlineData("not 1 == 2", 1)]
    [InlineData("not not true", 1)]
    [InlineData("true or true and false", 1)]
    [InlineData("(true or true) and false", 0)]
    [InlineData("not true or true", 1)]
    [InlineData("true == 1", 1)]
    [InlineData("'a' < 'b'", 1)]
    [InlineData("\"a\" == 'a'", 1)]
    [InlineData("3 in [1, 2, 3]", 1)]
    [InlineData("3 in (1, 2, -3)", 0)]
    [InlineData("3 not in [1, 2]", 1)]
    [InlineData("not 3 in [1, 2]", 1)]
    [InlineData("1 + 2 in [3]", 1)]
    [InlineData("'b' in ['a', 'b']", 1)]
    [InlineData("1 in [true]", 1)]
    [InlineData("abs(-2)", 2)]
    [InlineData("floor(-1.5)", -2)]
    [InlineData("sqrt(9)", 3)]
    [InlineData("exp(0)", 1)]
    [InlineData("log(1)", 0)]
    [InlineData("min(3, 1, 2)", 1)]
    [InlineData("max(3, 1 + 4)", 5)]
    [InlineData("if(1 > 2, 10, 20)", 20)]
    [InlineData("if(true, 'a', 'b') == 'a'", 1)]
    [InlineData("length('añ€😀')", 4)]
    [InlineData("lower('ÀB') == 'àb'", 1)]
    [InlineData("contains('abc', 'bc')", 1)]
    [InlineData("startsWith('abc', 'bc')", 0)]
    [InlineData("startsWith('abc', '')", 1)]
    [InlineData("matches('card-42', '^[a-z]+-\\d+$')", 1)]
    [InlineData("'it\\'s' == \"it's\"", 1)]
    [InlineData("'a\\u0062c' == 'abc'", 1)]
    [InlineData("length('\\n\\t\\\\')", 3)]
    [InlineData("length('\\d')", 2)]
    [InlineData(" \t\n 1 \n", 1)]
    public void Evaluate_Literals_GivesValue(string text, double expected) => Assert.Equal(expected, Evaluate(text), 12);

    [Theory]
    [InlineData("hour(tx_time)", 23)]
    [InlineData("minute(tx_time)", 59)]
    [InlineData("day(tx_time)", 4)]
    [InlineData("month(tx_time)", 1)]
    [InlineData("weekday(tx_time)", 7)]
    [InlineData("tx_time - opened_at", 30)]
    [InlineData("tx_time > opened_at", 1)]
    [InlineData("tx_time == opened_at", 0)]
    [InlineData("tx_time in [opened_at, tx_time]", 1)]
    [InlineData("minute(coalesce(opened_at, tx_time))", 59)]
    public void Evaluate_Timestamps_AreUtc(string text, double expected) =>
        Assert.Equal(expected, Evaluate(text, ("tx_time", Sunday), ("opened_at", Sunday.AddSeconds(-30))));

    [Fact]
    public void Evaluate_Weekday_RunsFromMondayToSunday()
    {
        var days = Enumerable.Range(1, 7).Select(offset => Evaluate("weekday(tx_time)", ("tx_time", Sunday.AddDays(offset))));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], days);
    }

    [Theory]
    [InlineData("channel == 'online'", 1)]
    [InlineData("'online' == channel", 1)]
    [InlineData("channel != 'online'", 0)]
    [InlineData("channel in ['pos', 'online']", 1)]
    [InlineData("channel not in ['pos', 'online']", 0)]
    [InlineData("lower(`card type`) == 'gold'", 1)]
    [InlineData("lower(`card type`) in ['silver', 'gold']", 1)]
    [InlineData("channel == `card type`", 0)]
    [InlineData("contains(lower(`card type`), 'old')", 1)]
    [InlineData("matches(lower(`card type`), 'old$')", 1)]
    [InlineData("coalesce(channel, 'none') == 'online'", 1)]
    [InlineData("length(channel) + items", 9)]
    [InlineData("flagged and amount > 10", 1)]
    [InlineData("flagged", 1)]
    [InlineData("flagged == true", 1)]
    [InlineData("balance % 2 == 1", 1)]
    [InlineData("`hour` + hour", 8)]
    [InlineData("amount*items", 37.5)]
    public void Evaluate_Fields_GivesValue(string text, double expected) => Assert.Equal(expected, Evaluate(
        text,
        ("channel", "online"), ("card type", "GOLD"), ("items", 3), ("flagged", true), ("amount", 12.5), ("balance", 4_000_000_001), ("hour", 4)));

    [Theory]
    [InlineData("amount > 0")]
    [InlineData("amount <= 0")]
    [InlineData("amount == 0")]
    [InlineData("amount != 0")]
    [InlineData("amount == amount")]
    [InlineData("amount in [0]")]
    [InlineData("amount not in [0]")]
    [InlineData("items in [0, amount]")]
    [InlineData("channel == ''")]
    [InlineData("channel != 'a'")]
    [InlineData("channel < 'a'")]
    [InlineData("channel in ['']")]
    [InlineData("channel not in ['a']")]
    [InlineData("lower(channel) not in ['a']")]
    [InlineData("lower(channel) != 'a'")]
    [InlineData("contains(channel, '')")]
    [InlineData("startsWith('a', channel)")]
    [InlineData("matches(channel, '')")]
    [InlineData("flagged != true")]
    [InlineData("flagged == false")]
    [InlineData("flagged and true")]
    [InlineData("tx_time <= opened_at")]
    [InlineData("tx_time != opened_at")]
    [InlineData("tx_time not in [opened_at]")]
    [InlineData("hour(tx_time) <= 6")]
    public void Evaluate_ComparisonWithMissing_IsFalse(string text) => Assert.Equal(0, Evaluate(text));

    [Theory]
    [InlineData("amount")]
    [InlineData("amount + 1")]
    [InlineData("-items")]
    [InlineData("min(amount, 1)")]
    [InlineData("max(1, amount)")]
    [InlineData("abs(balance)")]
    [InlineData("hour(tx_time)")]
    [InlineData("tx_time - opened_at")]
    [InlineData("length(channel)")]
    [InlineData("flagged")]
    [InlineData("coalesce(amount, items)")]
    [InlineData("log(-1)")]
    [InlineData("0 / 0")]
    public void Evaluate_MissingNumber_IsNaN(string text) => Assert.Equal(double.NaN, Evaluate(text));

    [Theory]
    [InlineData("coalesce(amount, items, 3)", 3)]
    [InlineData("coalesce(channel, `card type`, 'x') == 'x'", 1)]
    [InlineData("coalesce(flagged, true)", 1)]
    [InlineData("if(flagged, 1, 2)", 2)]
    [InlineData("not flagged", 1)]
    [InlineData("if(amount > 0, 1, if(amount <= 0, 2, 3))", 3)]
    public void Evaluate_Missing_TakesTheOtherBranch(string text, double expected) => Assert.Equal(expected, Evaluate(text));

    [Theory]
    [InlineData(1e-300, 1e-300)]
    [InlineData(1e-10, 9.9999999995e-11)]
    [InlineData(1, 0.69314718055994531)]
    [InlineData(-1, double.NegativeInfinity)]
    [InlineData(-2, double.NaN)]
    public void Evaluate_Log1P_KeepsPrecisionNearZero(double value, double expected)
    {
        var actual = Evaluate("log1p(amount)", ("amount", value));
        Assert.True(actual.Equals(expected) || Math.Abs(actual - expected) <= Math.Abs(expected) * 1e-15, $"log1p({value}) is {actual}");
    }

    [Fact]
    public void Evaluate_ConditionOverMissingBoolean_IsZero()
    {
        var where = ExpressionCompiler.Compile("flagged", ExpressionScope.ForWhere(Schema)).Expression!;
        Assert.Equal(0, where.Evaluate(Batch(), 0));
        Assert.Equal(ExpressionKind.Boolean, where.Kind);
    }

    [Fact]
    public void Compile_Fields_AreAscendingWithoutRepeats()
    {
        var expression = ExpressionCompiler.Compile("items > amount or channel in ['a'] or items < 2", ExpressionScope.ForFeature(Schema)).Expression!;
        Assert.Equal([0, 1, 4], expression.Fields);
        Assert.False(expression.UsesScore);
    }

    [Fact]
    public void Compile_ScoreInDecision_ReadsTheScore()
    {
        var expression = ExpressionCompiler.Compile("score >= 0.5 and amount > 10", ExpressionScope.ForDecision(Schema)).Expression!;
        Assert.True(expression.UsesScore);
        Assert.Equal(1, expression.Evaluate(Batch(("score", 0.5f), ("amount", 11)), 0));
        Assert.Equal(0, expression.Evaluate(Batch(("score", 0.25f), ("amount", 11)), 0));
        Assert.Equal(0, expression.Evaluate(Batch(("score", float.NaN), ("amount", 11)), 0));
    }

    [Fact]
    public void Evaluate_InSteadyState_AllocatesNothing()
    {
        const string Text = "channel == 'online' or lower(`card type`) in ['a', 'b'] or contains(lower(channel), 'zz') or hour(tx_time) > 25 or matches(channel, '^z')";
        var expression = ExpressionCompiler.Compile(Text, ExpressionScope.ForWhere(Schema)).Expression!;
        var batch = Batch(("channel", "pos"), ("card type", "GOLD"), ("tx_time", Sunday));
        for (var i = 0; i < 1_000; i++)
        {
            expression.Evaluate(batch, 0);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++)
        {
            expression.Evaluate(batch, 0);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
