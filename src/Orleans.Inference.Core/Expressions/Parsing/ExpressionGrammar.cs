using Sprache;
using static Orleans.Inference.Expressions.Parsing.Lexemes;

namespace Orleans.Inference.Expressions.Parsing;

/// <summary>The grammar, loosest operator last. Every alternative is chosen by its first word or sign.</summary>
internal static class ExpressionGrammar
{
    private static readonly Parser<ExpressionNode> Nested = Parse.Ref(() => Whole!);

    private static readonly Parser<IReadOnlyList<ExpressionNode>> Items =
        from first in Nested
        from rest in Repeat(from comma in Symbol(",") from item in Nested select item)
        select (IReadOnlyList<ExpressionNode>)[first, .. rest];

    private static readonly Parser<ExpressionNode> NumberLiteral =
        from column in Column from value in Number select (ExpressionNode)new NumberNode(column, value);

    private static readonly Parser<ExpressionNode> TextLiteral =
        from column in Column from value in Text select (ExpressionNode)new TextNode(column, value);

    private static readonly Parser<ExpressionNode> TrueLiteral =
        from column in Column from word in Keyword("true") select (ExpressionNode)new BooleanNode(column, true);

    private static readonly Parser<ExpressionNode> FalseLiteral =
        from column in Column from word in Keyword("false") select (ExpressionNode)new BooleanNode(column, false);

    private static readonly Parser<IReadOnlyList<ExpressionNode>> Arguments =
        from open in Symbol("(")
        from arguments in Optional(Items)
        from close in Symbol(")")
        select arguments ?? [];

    private static readonly Parser<ExpressionNode> NameOrCall =
        from column in Column
        from name in Name
        from arguments in Optional(Arguments)
        select arguments is null ? (ExpressionNode)new NameNode(column, name, IsQuoted: false) : new CallNode(column, name, arguments);

    private static readonly Parser<ExpressionNode> FieldInBackticks =
        from column in Column from name in QuotedName select (ExpressionNode)new NameNode(column, name, IsQuoted: true);

    private static readonly Parser<ExpressionNode> Group =
        from open in Symbol("(")
        from inner in Nested
        from close in Symbol(")")
        select inner;

    private static readonly Parser<ExpressionNode> Primary =
        Group.XOr(NumberLiteral).XOr(TextLiteral).XOr(TrueLiteral).XOr(FalseLiteral).XOr(FieldInBackticks).XOr(NameOrCall);

    private static readonly Parser<ExpressionNode> Signed =
        from signs in Repeat(from column in Column from sign in Symbol("-") select column)
        from operand in Primary
        select signs.Reverse().Aggregate(operand, (inner, column) => new NegateNode(column, inner));

    private static readonly Parser<ExpressionNode> Product = Chain(
        Signed, Operator("*", BinaryOperator.Multiply).XOr(Operator("/", BinaryOperator.Divide)).XOr(Operator("%", BinaryOperator.Modulo)));

    private static readonly Parser<ExpressionNode> Sum = Chain(
        Product, Operator("+", BinaryOperator.Add).XOr(Operator("-", BinaryOperator.Subtract)));

    private static readonly Parser<IReadOnlyList<ExpressionNode>> List =
        (from open in Symbol("[") from items in Items from close in Symbol("]") select items)
        .XOr(from open in Symbol("(") from items in Items from close in Symbol(")") select items);

    private static readonly Parser<Func<ExpressionNode, ExpressionNode>> Membership =
        from column in Column
        from negation in Optional(Keyword("not"))
        from word in Keyword("in")
        from items in List
        select (Func<ExpressionNode, ExpressionNode>)(operand => new MembershipNode(column, negation is not null, operand, items));

    private static readonly Parser<Func<ExpressionNode, ExpressionNode>> Relation =
        from column in Column
        from relation in Operator("==", BinaryOperator.Equal)
            .XOr(Operator("!=", BinaryOperator.NotEqual))
            .XOr(Operator("<=", BinaryOperator.LessOrEqual))
            .XOr(Operator(">=", BinaryOperator.GreaterOrEqual))
            .XOr(Operator("<", BinaryOperator.Less))
            .XOr(Operator(">", BinaryOperator.Greater))
        from right in Sum
        select (Func<ExpressionNode, ExpressionNode>)(left => new BinaryNode(column, relation, left, right));

    private static readonly Parser<ExpressionNode> Comparison =
        from left in Sum
        from rest in Optional(Relation.XOr(Membership))
        select rest is null ? left : rest(left);

    private static readonly Parser<ExpressionNode> Negation =
        from words in Repeat(from column in Column from word in Keyword("not") select column)
        from operand in Comparison
        select words.Reverse().Aggregate(operand, (inner, column) => new NotNode(column, inner));

    private static readonly Parser<ExpressionNode> Conjunction = Chain(Negation, Word("and", BinaryOperator.And));

    /// <summary>A whole expression, from its first character that is not blank.</summary>
    public static readonly Parser<ExpressionNode> Whole = Chain(Conjunction, Word("or", BinaryOperator.Or));

    private static Parser<BinaryOperator> Operator(string symbol, BinaryOperator value) => from sign in Symbol(symbol) select value;

    private static Parser<BinaryOperator> Word(string keyword, BinaryOperator value) => from word in Keyword(keyword) select value;

    private static Parser<ExpressionNode> Chain(Parser<ExpressionNode> operand, Parser<BinaryOperator> binaryOperator) =>
        from first in operand
        from rest in Repeat(
            from column in Column
            from link in binaryOperator
            from right in operand
            select (column, link, right))
        select rest.Aggregate(first, (left, next) => new BinaryNode(next.column, next.link, left, next.right));

    /// <summary>Like XMany, which would parse a broken item twice and so take exponential time in nested ones.</summary>
    private static Parser<IReadOnlyList<T>> Repeat<T>(Parser<T> item) => input =>
    {
        var items = new List<T>();
        while (true)
        {
            var result = item(input);
            if (!result.WasSuccessful)
            {
                return result.Remainder.Position == input.Position
                    ? Result.Success<IReadOnlyList<T>>(items, input)
                    : Result.Failure<IReadOnlyList<T>>(result.Remainder, result.Message, result.Expectations);
            }

            items.Add(result.Value);
            input = result.Remainder;
        }
    };

    /// <summary>The parser's value, or null where it does not begin; once begun it must end well.</summary>
    private static Parser<T?> Optional<T>(Parser<T> parser)
        where T : class => input =>
    {
        var result = parser(input);
        return result.WasSuccessful || result.Remainder.Position != input.Position
            ? result
            : Result.Success<T?>(null, input);
    };
}
