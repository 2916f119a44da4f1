using System.Globalization;
using System.Text;
using Sprache;

namespace Orleans.Inference.Expressions.Parsing;

/// <summary>
/// The words and signs of the grammar, each with the blanks after it. One that does not match consumes nothing, so that alternatives need no backtracking
/// and parsing takes linear time.
/// </summary>
internal static class Lexemes
{
    private static readonly string[] Keywords = ["and", "or", "not", "in", "true", "false"];

    /// <summary>The 1-based column, without consuming anything.</summary>
    public static readonly Parser<int> Column = input => Result.Success(input.Position + 1, input);

    public static readonly Parser<string> Blanks = input =>
    {
        while (!input.AtEnd && char.IsWhiteSpace(input.Current))
        {
            input = input.Advance();
        }

        return Result.Success("", input);
    };

    public static readonly Parser<string> Name = Lexeme(
        input => WordAt(input) is { } word && !Keywords.Contains(word) ? Take(input, word.Length, word) : Fail<string>(input, "a name"));

    public static readonly Parser<string> QuotedName = Lexeme<string>(input =>
    {
        if (input.AtEnd || input.Current != '`')
        {
            return Fail<string>(input, "a name");
        }

        var end = input.Source.IndexOf('`', input.Position + 1);
        return end switch
        {
            < 0 => Fail<string>(Skip(input, 1), "a closing `"),
            _ => Take(input, end + 1 - input.Position, input.Source[(input.Position + 1)..end]),
        };
    });

    public static readonly Parser<double> Number = Lexeme<double>(input =>
    {
        var text = input.Source;
        var at = input.Position;
        var whole = Digits(text, ref at);
        var hasFraction = at < text.Length && text[at] == '.';
        if (hasFraction)
        {
            at++;
            whole += Digits(text, ref at);
        }

        if (whole == 0)
        {
            return Fail<double>(input, "a number");
        }

        if (at < text.Length && text[at] is 'e' or 'E')
        {
            var exponent = at + 1 < text.Length && text[at + 1] is '+' or '-' ? at + 2 : at + 1;
            at = Digits(text, ref exponent) > 0 ? exponent : at;
        }

        if (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '_' or '.'))
        {
            return Fail<double>(Skip(input, at - input.Position), "an operator after the number");
        }

        var value = double.Parse(text.AsSpan(input.Position, at - input.Position), NumberStyles.Float, CultureInfo.InvariantCulture);
        return double.IsFinite(value) ? Take(input, at - input.Position, value) : Fail<double>(input, "a number within the range of double");
    });

    public static readonly Parser<string> Text = Lexeme<string>(input =>
    {
        if (input.AtEnd || input.Current is not ('\'' or '"'))
        {
            return Fail<string>(input, "a text");
        }

        var quote = input.Current;
        var source = input.Source;
        var value = new StringBuilder();
        for (var at = input.Position + 1; at < source.Length; at++)
        {
            if (source[at] == quote)
            {
                return Take(input, at + 1 - input.Position, value.ToString());
            }

            at = source[at] == '\\' ? Unescape(source, at, value) : Append(source, at, value);
        }

        return Fail<string>(Skip(input, source.Length - input.Position), $"a closing {quote}");
    });

    public static Parser<string> Symbol(string symbol) => Lexeme(
        input => string.CompareOrdinal(input.Source, input.Position, symbol, 0, symbol.Length) == 0
            ? Take(input, symbol.Length, symbol)
            : Fail<string>(input, $"`{symbol}`"));

    public static Parser<string> Keyword(string keyword) => Lexeme(
        input => WordAt(input) == keyword ? Take(input, keyword.Length, keyword) : Fail<string>(input, $"`{keyword}`"));

    private static Parser<T> Lexeme<T>(Parser<T> parser) =>
        from value in parser
        from blanks in Blanks
        select value;

    private static string? WordAt(IInput input)
    {
        var text = input.Source;
        var end = input.Position;
        while (end < text.Length && (char.IsAsciiLetter(text[end]) || text[end] == '_' || (end > input.Position && char.IsAsciiDigit(text[end]))))
        {
            end++;
        }

        return end == input.Position ? null : text[input.Position..end];
    }

    private static int Digits(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return at - start;
    }

    private static int Append(string source, int at, StringBuilder value)
    {
        value.Append(source[at]);
        return at;
    }

    /// <summary>Appends what the escape at the backslash stands for and returns the place of its last character.</summary>
    private static int Unescape(string source, int at, StringBuilder value)
    {
        var next = at + 1 < source.Length ? source[at + 1] : '\0';
        if (next == 'u' && at + 5 < source.Length
            && ushort.TryParse(source.AsSpan(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
        {
            value.Append((char)unit);
            return at + 5;
        }

        char? plain = next switch
        {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '\\' or '\'' or '"' => next,
            _ => null,
        };
        value.Append(plain ?? '\\');
        return plain is null ? at : at + 1;
    }

    private static IResult<T> Take<T>(IInput input, int length, T value) => Result.Success(value, Skip(input, length));

    private static IInput Skip(IInput input, int length)
    {
        for (var i = 0; i < length; i++)
        {
            input = input.Advance();
        }

        return input;
    }

    private static IResult<T> Fail<T>(IInput input, string expected) => Result.Failure<T>(input, "", [expected]);
}
