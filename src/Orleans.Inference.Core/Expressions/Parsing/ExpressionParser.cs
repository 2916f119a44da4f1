using Sprache;

namespace Orleans.Inference.Expressions.Parsing;

/// <summary>A tree, or why there is none.</summary>
internal readonly record struct ParsedExpression(ExpressionNode? Node, ExpressionError? Error);

/// <summary>
/// Parses a text with <see cref="ExpressionGrammar"/> behind limits on length, nesting and operators: the grammar recurses, and no text may
/// exhaust the stack.
/// </summary>
internal static class ExpressionParser
{
    /// <summary>Deepest nesting of parentheses and brackets.</summary>
    public const int MaxNesting = 32;

    /// <summary>Most operators and commas in a text.</summary>
    public const int MaxOperators = 512;

    public static ParsedExpression Parse(string text)
    {
        if (text.Length > ExpressionCompiler.MaxLength)
        {
            return Failed(
                ExpressionCompiler.MaxLength + 1,
                $"the expression has {text.Length:N0} characters; at most {ExpressionCompiler.MaxLength:N0} are allowed");
        }

        if (ExceedsLimits(text) is { } error)
        {
            return new ParsedExpression(null, error);
        }

        var start = Lexemes.Blanks(new Input(text)).Remainder;
        if (start.AtEnd)
        {
            return Failed(1, "the expression is empty; write for example `amount > 10`");
        }

        var result = ExpressionGrammar.Whole(start);
        return !result.WasSuccessful
            ? Unexpected(text, result.Remainder.Position, result.Expectations)
            : result.Remainder.AtEnd
                ? new ParsedExpression(result.Value, null)
                : Unexpected(text, result.Remainder.Position, []);
    }

    /// <summary>Counts nesting and operators outside of texts and backticks, without recursion.</summary>
    private static ExpressionError? ExceedsLimits(string text)
    {
        var (nesting, operators) = (0, 0);
        var quote = '\0';
        for (var i = 0; i < text.Length; i++)
        {
            var character = text[i];
            if (quote != '\0')
            {
                i += character == '\\' && quote != '`' ? 1 : 0;
                quote = character == quote ? '\0' : quote;
                continue;
            }

            quote = character is '\'' or '"' or '`' ? character : '\0';
            nesting += character is '(' or '[' ? 1 : character is ')' or ']' ? -1 : 0;
            operators += character is '+' or '-' or '*' or '/' or '%' or ',' || IsWord(text, i) ? 1 : 0;
            if (nesting > MaxNesting)
            {
                return new ExpressionError(i + 1, $"nested deeper than {MaxNesting} parentheses; write it flatter or as several features");
            }

            if (operators > MaxOperators)
            {
                return new ExpressionError(i + 1, $"more than {MaxOperators} operators; write it as several features");
            }
        }

        return null;
    }

    /// <summary>Whether <c>not</c>, <c>and</c> or <c>or</c> begins here, or just some name that begins like it: the limit need not be exact.</summary>
    private static bool IsWord(string text, int at) =>
        text[at] is 'n' or 'a' or 'o'
        && (at == 0 || !(char.IsAsciiLetterOrDigit(text[at - 1]) || text[at - 1] == '_'))
        && (text.AsSpan(at).StartsWith("not") || text.AsSpan(at).StartsWith("and") || text.AsSpan(at).StartsWith("or"));

    private static ParsedExpression Unexpected(string text, int position, IEnumerable<string> expectations)
    {
        var found = position >= text.Length ? "the expression ends too early" : $"unexpected `{Excerpt(text, position)}`";
        var expected = expectations.Distinct().ToList();
        var allowed = position < text.Length && IsComparison(text, position) ? "comparisons do not chain: write `a < b and b < c`"
            : position < text.Length && text[position] == '=' ? "equality is `==`"
            : position < text.Length && text[position] is '&' or '|' or '!' ? "conditions are joined by `and`, `or`, `not`"
            : expected.Count > 0 ? $"allowed here: {string.Join(", ", expected)}"
            : "allowed here: an operator or the end";
        return Failed(position + 1, $"{found}; {allowed}");
    }

    private static bool IsComparison(string text, int at) =>
        text[at] is '<' or '>' || text.AsSpan(at).StartsWith("==") || text.AsSpan(at).StartsWith("!=");

    private static string Excerpt(string text, int position)
    {
        var end = position + 1;
        while (char.IsAsciiLetterOrDigit(text[position]) && end < text.Length && end < position + 20 && char.IsAsciiLetterOrDigit(text[end]))
        {
            end++;
        }

        return char.IsHighSurrogate(text[position]) && end < text.Length ? text[position..(end + 1)] : text[position..end];
    }

    private static ParsedExpression Failed(int column, string message) => new(null, new ExpressionError(column, message));
}
