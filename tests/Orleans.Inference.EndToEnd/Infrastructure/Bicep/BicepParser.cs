namespace Orleans.Inference.EndToEnd.Infrastructure.Bicep;

/// <summary>Bicep's tokens to statements. What it does not know is an error.</summary>
internal sealed class BicepParser(string file, List<BicepToken> tokens)
{
    // From weak to strong.
    private static readonly string[][] Operators = [["??"], ["||"], ["&&"], ["==", "!="], ["<", "<=", ">", ">="], ["+", "-"], ["*", "/", "%"]];

    private int _at;

    private BicepToken Current => tokens[_at];

    public List<BicepStatement> File()
    {
        var statements = new List<BicepStatement>();
        for (SkipLines(); Current.Kind != BicepTokenKind.EndOfFile; SkipLines())
        {
            statements.Add(Statement());
            if (Current.Kind is not (BicepTokenKind.EndOfLine or BicepTokenKind.EndOfFile))
            {
                throw Unexpected("the end of the line");
            }
        }

        return statements;
    }

    /// <summary>One expression and nothing after it.</summary>
    public BicepExpression Whole()
    {
        var expression = Expression();
        return Current.Kind is BicepTokenKind.EndOfFile ? expression : throw Unexpected("the end");
    }

    private BicepStatement Statement()
    {
        var decorators = new List<BicepCall>();
        for (; TakeSign("@"); SkipLines())
        {
            decorators.Add(Expression() as BicepCall ?? throw Unexpected("a decorator's call"));
        }

        var (keyword, line) = (Word(), Current.Line);
        switch (keyword)
        {
            case "targetScope":
                Expect("=");
                return new(keyword, "", "", false, null, Expression(), decorators, line);
            case "using":
                return new(keyword, "", Literal(), false, null, null, decorators, line);
            case "param":
                var name = Word();
                var type = Current.Kind == BicepTokenKind.Word ? Word() : "";
                return new(keyword, name, type, false, null, TakeSign("=") ? Expression() : null, decorators, line);
            case "var":
                return new(keyword, NameBefore("="), "", false, null, Expression(), decorators, line);
            case "output":
                var (output, outputType) = (Word(), Word());
                Expect("=");
                return new(keyword, output, outputType, false, null, Expression(), decorators, line);
            case "resource" or "module":
                return Made(keyword, decorators, line);
            default:
                throw new InvalidDataException($"{file}:{line}: '{keyword}' begins no statement");
        }
    }

    private BicepStatement Made(string keyword, List<BicepCall> decorators, int line)
    {
        var (name, type) = (Word(), Literal());
        var isExisting = TakeWord("existing");
        Expect("=");
        BicepExpression? condition = null;
        if (TakeWord("if"))
        {
            Expect("(");
            condition = Expression();
            Expect(")");
        }

        var body = Primary();
        return body is BicepObject or BicepLoop { Body: BicepObject }
            ? new(keyword, name, type, isExisting, condition, body, decorators, line)
            : throw new InvalidDataException($"{file}:{line}: {keyword} {name} has no body");
    }

    private BicepExpression Expression()
    {
        var condition = Binary(0);
        if (!TakeSign("?"))
        {
            return condition;
        }

        var yes = Expression();
        Expect(":");
        return new BicepOperation("?:", [condition, yes, Expression()]);
    }

    private BicepExpression Binary(int level)
    {
        if (level == Operators.Length)
        {
            return Unary();
        }

        var left = Binary(level + 1);
        while (Current.Kind == BicepTokenKind.Sign && Operators[level].Contains(Current.Text))
        {
            left = new BicepOperation(Take().Text, [left, Binary(level + 1)]);
        }

        return left;
    }

    private BicepExpression Unary() =>
        TakeSign("!") ? new BicepOperation("!", [Unary()])
        : TakeSign("-") ? new BicepOperation("-", [Unary()])
        : Suffixes(Primary());

    private BicepExpression Suffixes(BicepExpression of)
    {
        while (true)
        {
            if (TakeSign(".") || TakeSign(".?"))
            {
                var (line, name) = (Current.Line, Word());
                of = TakeSign("(") ? new BicepCall(of, name, Items(")"), line) : new BicepMember(of, name);
            }
            else if (TakeSign("["))
            {
                of = new BicepIndex(of, Expression());
                Expect("]");
            }
            else if (!TakeSign("!"))
            {
                return of;
            }
        }
    }

    private BicepExpression Primary()
    {
        var token = Take();
        switch (token)
        {
            case { Kind: BicepTokenKind.String }:
                return token.String!;
            case { Kind: BicepTokenKind.Number } or { Kind: BicepTokenKind.Word, Text: "true" or "false" or "null" }:
                return new BicepLiteral(token.Text);
            case { Kind: BicepTokenKind.Word }:
                return TakeSign("(") ? new BicepCall(null, token.Text, Items(")"), token.Line) : new BicepName(token.Text, token.Line);
            case { Kind: BicepTokenKind.Sign, Text: "(" }:
                var inner = Expression();
                Expect(")");
                return inner;
            case { Kind: BicepTokenKind.Sign, Text: "[" }:
                return TakeWord("for") ? Loop() : new BicepArray(Items("]"));
            case { Kind: BicepTokenKind.Sign, Text: "{" }:
                return Object();
            default:
                _at--;
                throw Unexpected("an expression");
        }
    }

    private BicepLoop Loop()
    {
        var variable = Word();
        if (!TakeWord("in"))
        {
            throw Unexpected("in");
        }

        var over = Expression();
        Expect(":");
        var body = Expression();
        Expect("]");
        return new BicepLoop(variable, over, body);
    }

    /// <summary>Expressions up to the closing sign, between commas or on lines of their own.</summary>
    private List<BicepExpression> Items(string end)
    {
        var items = new List<BicepExpression>();
        for (SkipLines(); !TakeSign(end); Separate(end))
        {
            items.Add(Expression());
        }

        return items;
    }

    private BicepObject Object()
    {
        var members = new List<(BicepString, BicepExpression)>();
        for (SkipLines(); !TakeSign("}"); Separate("}"))
        {
            var name = Current.Kind == BicepTokenKind.String ? Take().String! : new BicepString([Word()], []);
            Expect(":");
            if (members.Exists(member => member.Item1.Text == name.Text))
            {
                throw Unexpected($"'{name.Text}' once");
            }

            members.Add((name, Expression()));
        }

        return new BicepObject(members);
    }

    private void Separate(string end)
    {
        var isComma = TakeSign(",");
        if (!isComma && Current.Kind != BicepTokenKind.EndOfLine && Current.Text != end)
        {
            throw Unexpected($"a comma, a new line or {end}");
        }

        SkipLines();
    }

    private string NameBefore(string sign)
    {
        var name = Word();
        Expect(sign);
        return name;
    }

    private string Literal() => Current.String is { Holes.Count: 0 } ? Take().String!.Text : throw Unexpected("a string");

    private string Word() => Current.Kind == BicepTokenKind.Word ? Take().Text : throw Unexpected("a name");

    private bool TakeWord(string word) => TakeIf(Current.Kind == BicepTokenKind.Word && Current.Text == word);

    private bool TakeSign(string sign) => TakeIf(Current.Kind == BicepTokenKind.Sign && Current.Text == sign);

    private bool TakeIf(bool isIt)
    {
        _at += isIt ? 1 : 0;
        return isIt;
    }

    private void Expect(string sign)
    {
        if (!TakeSign(sign))
        {
            throw Unexpected($"'{sign}'");
        }
    }

    private void SkipLines()
    {
        while (Current.Kind == BicepTokenKind.EndOfLine)
        {
            _at++;
        }
    }

    private BicepToken Take() => tokens[_at++];

    private InvalidDataException Unexpected(string expected) =>
        new($"{file}:{Current.Line}: expected {expected}, found {Current.Kind} '{Current.Text}'");
}
