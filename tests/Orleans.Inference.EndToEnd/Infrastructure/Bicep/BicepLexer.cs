using System.Text;

namespace Orleans.Inference.EndToEnd.Infrastructure.Bicep;

/// <summary>A word, number or sign; a string with its holes; or the end of a line.</summary>
internal sealed record BicepToken(BicepTokenKind Kind, string Text, int Line, BicepString? String = null);

internal enum BicepTokenKind
{
    Word,
    Number,
    String,
    Sign,
    EndOfLine,
    EndOfFile,
}

/// <summary>Bicep's text to tokens; comments and empty lines are left out. See https://learn.microsoft.com/azure/azure-resource-manager/bicep/file.</summary>
internal sealed class BicepLexer(string file, string text, int firstLine = 1)
{
    private static readonly string[] LongSigns = ["==", "!=", "<=", ">=", "&&", "||", "??", ".?"];

    private int _at;
    private int _line = firstLine;

    public List<BicepToken> Read()
    {
        var tokens = new List<BicepToken>();
        while (_at < text.Length)
        {
            var c = text[_at];
            if (c == '\n')
            {
                if (tokens is [.., { Kind: not BicepTokenKind.EndOfLine }])
                {
                    tokens.Add(new(BicepTokenKind.EndOfLine, "", _line));
                }

                _line++;
                _at++;
            }
            else if (c == ' ')
            {
                _at++;
            }
            else if (text.AsSpan(_at).StartsWith("//"))
            {
                _at = text.IndexOf('\n', _at) is var end && end < 0 ? text.Length : end;
            }
            else
            {
                tokens.Add(c == '\'' ? StringToken() : char.IsAsciiLetter(c) || c == '_' ? Run(BicepTokenKind.Word) : char.IsAsciiDigit(c) ? Run(BicepTokenKind.Number) : Sign());
            }
        }

        tokens.Add(new(BicepTokenKind.EndOfFile, "", _line));
        return tokens;
    }

    private BicepToken Run(BicepTokenKind kind)
    {
        var start = _at;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '_'))
        {
            _at++;
        }

        return new(kind, text[start.._at], _line);
    }

    private BicepToken Sign()
    {
        var sign = Array.Find(LongSigns, known => text.AsSpan(_at).StartsWith(known)) ?? text[_at].ToString();
        if (!"@()[]{}.,:=?!<>+-*/%".Contains(sign[0]) && sign.Length == 1)
        {
            throw Error($"'{sign}' is not expected");
        }

        _at += sign.Length;
        return new(BicepTokenKind.Sign, sign, _line);
    }

    private BicepToken StringToken()
    {
        if (text.AsSpan(_at).StartsWith("'''"))
        {
            throw Error("strings of several lines are not read");
        }

        var line = _line;
        var texts = new List<string>();
        var holes = new List<BicepExpression>();
        var part = new StringBuilder();
        for (_at++; ; _at++)
        {
            if (_at >= text.Length || text[_at] == '\n')
            {
                throw Error("a string does not end");
            }

            if (text[_at] == '\'')
            {
                _at++;
                texts.Add(part.ToString());
                return new(BicepTokenKind.String, "", line, new BicepString(texts, holes));
            }

            if (text[_at] == '\\')
            {
                part.Append(text[++_at]);
            }
            else if (text.AsSpan(_at).StartsWith("${"))
            {
                texts.Add(part.ToString());
                part.Clear();
                holes.Add(Hole());
            }
            else
            {
                part.Append(text[_at]);
            }
        }
    }

    /// <summary>Stands on the hole's first sign, and after it on its last.</summary>
    private BicepExpression Hole()
    {
        var start = _at + 2;
        var depth = 0;
        var inString = false;
        for (_at = start; _at < text.Length && text[_at] != '\n'; _at++)
        {
            inString ^= text[_at] == '\'';
            if (!inString && text[_at] == '}' && depth-- == 0)
            {
                return new BicepParser(file, new BicepLexer(file, text[start.._at], _line).Read()).Whole();
            }

            depth += !inString && text[_at] == '{' ? 1 : 0;
        }

        throw Error("what is put into a string does not end");
    }

    private InvalidDataException Error(string problem) => new($"{file}:{_line}: {problem}");
}
