namespace Orleans.Inference.EndToEnd.Infrastructure.Bicep;

/// <summary>An expression.</summary>
internal abstract record BicepExpression
{
    /// <summary>The parts of it.</summary>
    public virtual IEnumerable<BicepExpression> Children => [];

    /// <summary>It and everything below.</summary>
    public IEnumerable<BicepExpression> Everything => Children.SelectMany(child => child.Everything).Prepend(this);
}

/// <summary>A string: texts and expressions in turn; one text when nothing is put into it.</summary>
internal sealed record BicepString(IReadOnlyList<string> Texts, IReadOnlyList<BicepExpression> Holes) : BicepExpression
{
    public override IEnumerable<BicepExpression> Children => Holes;

    /// <summary>With <c>*</c> where something is put in.</summary>
    public string Text => string.Join('*', Texts);
}

/// <summary>A number, a bool or null, as written.</summary>
internal sealed record BicepLiteral(string Text) : BicepExpression;

internal sealed record BicepName(string Name, int Line) : BicepExpression;

internal sealed record BicepMember(BicepExpression Of, string Name) : BicepExpression
{
    public override IEnumerable<BicepExpression> Children => [Of];
}

internal sealed record BicepIndex(BicepExpression Of, BicepExpression At) : BicepExpression
{
    public override IEnumerable<BicepExpression> Children => [Of, At];
}

/// <summary>A function by name, or a method of a resource when <paramref name="Of"/> is not null.</summary>
internal sealed record BicepCall(BicepExpression? Of, string Function, IReadOnlyList<BicepExpression> Arguments, int Line) : BicepExpression
{
    public override IEnumerable<BicepExpression> Children => Of is null ? Arguments : Arguments.Prepend(Of);
}

/// <summary><c>!a</c>, <c>a == b</c>, <c>a ? b : c</c>.</summary>
internal sealed record BicepOperation(string Operator, IReadOnlyList<BicepExpression> Operands) : BicepExpression
{
    public override IEnumerable<BicepExpression> Children => Operands;
}

internal sealed record BicepArray(IReadOnlyList<BicepExpression> Items) : BicepExpression
{
    public override IEnumerable<BicepExpression> Children => Items;
}

internal sealed record BicepLoop(string Variable, BicepExpression In, BicepExpression Body) : BicepExpression
{
    public override IEnumerable<BicepExpression> Children => [In, Body];
}

internal sealed record BicepObject(IReadOnlyList<(BicepString Name, BicepExpression Value)> Members) : BicepExpression
{
    public override IEnumerable<BicepExpression> Children => Members.SelectMany(member => new[] { member.Name, member.Value });

    /// <summary>A member's value, or null.</summary>
    public BicepExpression? this[string name] => Members.FirstOrDefault(member => member.Name.Text == name).Value;

    /// <summary>A literal member: its text, with <c>*</c> where something is put in.</summary>
    public string Text(string name) => this[name] switch
    {
        BicepString text => text.Text,
        BicepLiteral literal => literal.Text,
        var other => throw new InvalidDataException($"'{name}' is no literal but {other}"),
    };

    /// <summary>What lies at a path of member names.</summary>
    public BicepExpression At(string path)
    {
        BicepExpression? at = this;
        foreach (var step in path.Split('.'))
        {
            at = (at as BicepObject)?[step];
        }

        return at ?? throw new InvalidDataException($"there is no {path}");
    }

    public IEnumerable<BicepObject> Objects(string path) => ((BicepArray)At(path)).Items.Cast<BicepObject>();
}

/// <summary>A statement: <c>param</c>, <c>var</c>, <c>resource</c>, <c>module</c>, <c>output</c>, <c>targetScope</c> or <c>using</c>.</summary>
/// <param name="Kind">Its keyword.</param>
/// <param name="Name">What it declares.</param>
/// <param name="Type">A parameter's or output's type, a resource's type and version, a module's file; else empty.</param>
/// <param name="IsExisting">A resource that is not made here.</param>
/// <param name="Condition">Whether it is made.</param>
/// <param name="Value">A default, a body, a value; null when there is none.</param>
/// <param name="Decorators">What stands above it.</param>
/// <param name="Line">Where, from 1.</param>
internal sealed record BicepStatement(
    string Kind, string Name, string Type, bool IsExisting, BicepExpression? Condition, BicepExpression? Value, IReadOnlyList<BicepCall> Decorators, int Line)
{
    public IEnumerable<BicepExpression> Everything =>
        new[] { Condition, Value }.OfType<BicepExpression>().Concat(Decorators).SelectMany(expression => expression.Everything);
}
