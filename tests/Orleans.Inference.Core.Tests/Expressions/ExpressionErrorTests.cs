using Orleans.Inference.Expressions;
using static Orleans.Inference.Core.Tests.Expressions.ExpressionEvent;

namespace Orleans.Inference.Core.Tests.Expressions;

public sealed class ExpressionErrorTests
{
    [Theory]
    [InlineData("", 1, "empty")]
    [InlineData("  ", 1, "empty")]
    [InlineData("amount >", 9, "ends too early; allowed here: `(`, a number")]
    [InlineData("amount > )", 10, "unexpected `)`")]
    [InlineData("amount 5", 8, "unexpected `5`; allowed here: an operator or the end")]
    [InlineData("(amount > 5", 12, "ends too early; allowed here: `)`")]
    [InlineData("amount = 5", 8, "equality is `==`")]
    [InlineData("amount > 1 && flagged", 12, "joined by `and`")]
    [InlineData("1 < amount < 5", 12, "do not chain")]
    [InlineData("channel == 'a", 14, "a closing '")]
    [InlineData("`card type == 'a'", 2, "a closing `")]
    [InlineData("channel in 'a'", 12, "allowed here: `[`, `(`")]
    [InlineData("channel in []", 13, "unexpected `]`")]
    [InlineData("channel not 'a'", 13, "`in`")]
    [InlineData("12abc", 3, "an operator after the number")]
    [InlineData("1e999", 1, "within the range of double")]
    [InlineData("amount + é", 10, "unexpected `é`")]
    [InlineData("amount > 😀", 10, "unexpected `😀`")]
    [InlineData("and", 1, "unexpected `and`")]
    public void Compile_Syntax_NamesColumnAndWhatIsAllowed(string text, int column, string message) => Expect(ErrorOf(text), column, message);

    [Theory]
    [InlineData("amuont > 5", 1, "there is no field `amuont`; did you mean `amount`? allowed: amount, items")]
    [InlineData("5 < chanel", 5, "did you mean `channel`?")]
    [InlineData("5 < zzzzz", 5, "there is no field `zzzzz`; allowed: amount")]
    [InlineData("hours(tx_time)", 1, "there is no function `hours`; did you mean `hour`? allowed: hour, minute")]
    [InlineData("score > 0.5", 1, "known in `decision` only")]
    [InlineData("`score` > 0.5", 1, "there is no field `score`")]
    [InlineData("minute > 5", 1, "the function is written with its arguments")]
    public void Compile_UnknownName_SuggestsTheNearest(string text, int column, string message) => Expect(ErrorOf(text), column, message);

    [Theory]
    [InlineData("channel == 5", 9, "compares a text with a number")]
    [InlineData("tx_time > 5", 9, "compares a timestamp with a number")]
    [InlineData("channel + 1", 9, "takes numbers, not a text and a number")]
    [InlineData("tx_time + opened_at", 9, "takes numbers, not a timestamp")]
    [InlineData("-channel", 1, "takes a number, not a text")]
    [InlineData("not amount", 1, "`not` takes a condition, not a number")]
    [InlineData("flagged and amount", 9, "its right side is a number")]
    [InlineData("channel or flagged", 9, "its left side is a text")]
    [InlineData("channel in ['a', 1]", 18, "looks for a text in a list with a number")]
    [InlineData("hour(amount)", 1, "takes a timestamp field, not a number")]
    [InlineData("abs()", 1, "takes a number, not nothing")]
    [InlineData("abs(1, 2)", 1, "not a number and a number")]
    [InlineData("min(1)", 1, "two or more")]
    [InlineData("max(1, channel)", 1, "takes numbers, not a text")]
    [InlineData("if(amount, 1, 2)", 1, "not a condition")]
    [InlineData("if(flagged, 1)", 1, "a condition and two values")]
    [InlineData("if(flagged, 1, channel)", 1, "must be of one type")]
    [InlineData("coalesce(channel, 1)", 1, "must be of one type")]
    [InlineData("lower(5) == 'a'", 1, "takes a text")]
    [InlineData("contains(channel, 5)", 1, "takes two texts")]
    [InlineData("matches(channel, channel)", 1, "as a literal")]
    [InlineData("matches(channel, '(')", 18, "not accepted")]
    [InlineData("matches(channel, '(?=a)')", 18, "not accepted")]
    [InlineData("channel", 1, "is a text, not a number")]
    [InlineData("tx_time", 1, "is a timestamp, not a number")]
    public void Compile_WrongType_SaysWhatIsTaken(string text, int column, string message) => Expect(ErrorOf(text), column, message);

    [Theory]
    [InlineData("amount", "is a number, not a condition")]
    [InlineData("channel", "is a text, not a condition")]
    [InlineData("hour(tx_time)", "is a number, not a condition")]
    public void Compile_WhereWithoutCondition_IsAnError(string text, string message) =>
        Expect(ErrorOf(text, ExpressionScope.ForWhere(Schema)), 1, message);

    [Theory]
    [InlineData("(", ")")]
    [InlineData("not ", "")]
    [InlineData("-", "")]
    [InlineData("abs(", ")")]
    [InlineData("if(true, 1, ", ")")]
    [InlineData("1 in [", "]")]
    public void Compile_DeepNesting_IsAnErrorWithinLimits(string before, string after)
    {
        foreach (var depth in new[] { 40, 500, 10_000 })
        {
            var result = ExpressionCompiler.Compile(
                string.Concat(Enumerable.Repeat(before, depth)) + "1" + string.Concat(Enumerable.Repeat(after, depth)),
                ExpressionScope.ForFeature(Schema));
            Assert.True(result.Error is not null || (before == "-" && depth <= 500), $"{before} x {depth}");
        }
    }

    [Theory]
    [InlineData("(", ")", "1")]
    [InlineData("abs(", ")", "1")]
    [InlineData("if(true, 1, ", ")", "1")]
    [InlineData("coalesce(1, 2 + -(", "))", "1", 16)]
    public void Compile_NestingWithinLimits_TakesLittleStack(string before, string after, string inner, int depth = 32)
    {
        var text = string.Concat(Enumerable.Repeat(before, depth)) + inner + string.Concat(Enumerable.Repeat(after, depth));
        ExpressionResult? result = null;
        var thread = new Thread(() => result = ExpressionCompiler.Compile(text, ExpressionScope.ForFeature(Schema)), 768 * 1024);
        thread.Start();
        Assert.True(thread.Join(TimeSpan.FromSeconds(30)), "compiling within 30 s");
        Assert.Null(result!.Error);
    }

    [Theory]
    [InlineData(" + 1")]
    [InlineData(" or flagged")]
    public void Compile_LongChain_IsCompiledOrRefused(string link)
    {
        var start = link == " + 1" ? "1" : "flagged";
        var fits = ExpressionCompiler.Compile(start + string.Concat(Enumerable.Repeat(link, 300)), ExpressionScope.ForFeature(Schema));
        Assert.Null(fits.Error);
        Assert.Equal(link == " + 1" ? 301 : 0, fits.Expression!.Evaluate(Batch(("flagged", false)), 0));
        Assert.Contains("allowed", ErrorOf(start + string.Concat(Enumerable.Repeat(link, 2_000))).Message);
        Assert.Contains("more than 512 operators", ErrorOf("1" + string.Concat(Enumerable.Repeat("+1", 600))).Message);
    }

    [Fact]
    public void Compile_BrokenNestedText_TakesLinearTime()
    {
        // Sprache's own repetition parses a broken item twice, which doubles at every level.
        var text = string.Concat(Enumerable.Repeat("(1 + ", 32)) + "!";
        Assert.Contains("joined by", ErrorOf(text).Message);
    }

    private static void Expect(ExpressionError error, int column, string message)
    {
        Assert.Contains(message, error.Message);
        Assert.Equal(column, error.Column);
    }
}
