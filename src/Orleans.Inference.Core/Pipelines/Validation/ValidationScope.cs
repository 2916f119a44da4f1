using Orleans.Inference.Expressions;
using Orleans.Inference.Fields;
using Orleans.Inference.Pipelines.Configuration;
using Orleans.Inference.Pipelines.Yaml;

namespace Orleans.Inference.Pipelines.Validation;

/// <summary>What validators share: the lists they report to and the names declared so far. Used by one thread, once.</summary>
internal sealed class ValidationScope(string file, ProblemList problems)
{
    /// <summary>Declared names whose definition is wrong: references to them are not reported again.</summary>
    private readonly HashSet<string> _brokenFields = new(StringComparer.Ordinal);

    public ProblemList Problems { get; } = problems;

    public ProblemList NotYet { get; } = new(file);

    public ProblemList Warnings { get; } = new(file);

    public List<FieldModel> Fields { get; } = [];

    public List<EntityTypeModel> Entities { get; } = [];

    public void AddBrokenField(string name) => _brokenFields.Add(name);

    /// <summary>Names something of the grammar that this release cannot do.</summary>
    public void AddNotYet(Mark mark, string name, string path) => NotYet.Add(mark, $"{name}: not yet in this release (`{path}`)");

    /// <summary>The field of a name, or null and a problem.</summary>
    public FieldModel? Field(Located<string>? name, string path)
    {
        if (name is null || _brokenFields.Contains(name.Value))
        {
            return null;
        }

        if (Fields.Find(field => field.Name == name.Value) is { } found)
        {
            return found;
        }

        Problems.Add(name.Mark, $"`{path}`: there is no field `{name.Value}`{Allowed(name.Value, Fields.Select(field => field.Name))}");
        return null;
    }

    /// <summary>Compiles an expression, or reports why it cannot be.</summary>
    public CompiledExpression? Compile(Located<string> text, string path, ExpressionScope scope)
    {
        var result = ExpressionCompiler.Compile(text.Value, scope);
        if (result.Error is not null && !_brokenFields.Any(name => text.Value.Contains(name, StringComparison.Ordinal)))
        {
            Problems.Add(text.Mark, $"`{path}`, column {result.Error.Column} of the expression: {result.Error.Message}");
        }

        return result.Expression;
    }

    /// <summary>Whether a name is <c>[A-Za-z_][A-Za-z0-9_.-]*</c> of at most 128 characters; reports it when not.</summary>
    public bool IsName(Located<string> name, string what)
    {
        if (name.Value.Length is > 0 and <= 128 && (char.IsAsciiLetter(name.Value[0]) || name.Value[0] == '_')
            && name.Value.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '.' or '-'))
        {
            return true;
        }

        Problems.Add(name.Mark, $"`{name.Value}` is no name for {what}; allowed: a letter or _, then letters, digits, _ . -, at most 128");
        return false;
    }

    /// <summary>The end of a message about an unknown name: the nearest, and at most twenty known ones.</summary>
    public static string Allowed(string name, IEnumerable<string> known)
    {
        var names = known.ToList();
        var listing = names.Count == 0 ? "(none)" : string.Join(", ", names.Take(20)) + (names.Count > 20 ? ", ..." : "");
        return $"{NearestName.Hint(name, names)} allowed: {listing}";
    }
}
