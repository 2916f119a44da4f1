namespace Orleans.Inference.EndToEnd.Infrastructure.Bicep;

/// <summary>A Bicep file, read and its names resolved.</summary>
internal sealed class BicepFile
{
    private static readonly string[] Functions =
    [
        "concat", "empty", "guid", "readEnvironmentVariable", "replace", "resourceGroup", "string", "subscriptionResourceId", "take", "toLower", "uniqueString",
        "allowed", "description", "maxLength", "maxValue", "minLength", "minValue", "secure",
    ];

    private static readonly string[] Methods = ["listKeys"];

    private BicepFile(string path)
    {
        Path = path;
        Name = System.IO.Path.GetRelativePath(Repository.Root, path);
        Statements = new BicepParser(Name, new BicepLexer(Name, File.ReadAllText(path)).Read()).File();
    }

    public static string Root { get; } = System.IO.Path.Combine(Repository.Root, "infra", "azure");

    public string Path { get; }

    /// <summary>Path below the repository.</summary>
    public string Name { get; }

    public IReadOnlyList<BicepStatement> Statements { get; }

    public static BicepFile Read(string path) => new(System.IO.Path.GetFullPath(System.IO.Path.Combine(Root, path)));

    public IEnumerable<BicepStatement> Of(string kind) => Statements.Where(statement => statement.Kind == kind);

    public BicepStatement Get(string kind, string name) => Of(kind).Single(statement => statement.Name == name);

    /// <summary>The one resource of a type, its version left out.</summary>
    public BicepObject Resource(string type) =>
        (BicepObject)Of("resource").Single(resource => resource.Type.StartsWith(type + "@", StringComparison.Ordinal) && !resource.IsExisting).Value!;

    /// <summary>The file that a module is.</summary>
    public BicepFile Module(BicepStatement module) => Read(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, module.Type));

    /// <summary>Names declared twice, used but not declared, declared but not used, and functions that are not known.</summary>
    public IEnumerable<string> Problems()
    {
        var declared = Statements.Where(statement => statement.Kind is "param" or "var" or "resource" or "module").ToList();
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var twice in declared.GroupBy(statement => statement.Name).Where(group => group.Count() > 1))
        {
            yield return $"{Name}: {twice.Key} is declared {twice.Count()} times";
        }

        foreach (var statement in Statements)
        {
            var variables = statement.Everything.OfType<BicepLoop>().Select(loop => loop.Variable).ToHashSet(StringComparer.Ordinal);
            foreach (var name in statement.Everything.OfType<BicepName>())
            {
                used.Add(name.Name);
                if (!variables.Contains(name.Name) && !declared.Exists(other => other.Name == name.Name))
                {
                    yield return $"{Name}:{name.Line}: {name.Name} is not declared";
                }
            }

            foreach (var call in statement.Everything.OfType<BicepCall>().Where(call => !(call.Of is null ? Functions : Methods).Contains(call.Function)))
            {
                yield return $"{Name}:{call.Line}: {call.Function} is not a function that is known";
            }
        }

        // A resource is made whether or not it is named again.
        foreach (var idle in declared.Where(statement => statement.Kind is "param" or "var" && !used.Contains(statement.Name) && !Name.EndsWith(".bicepparam", StringComparison.Ordinal)))
        {
            yield return $"{Name}:{idle.Line}: {idle.Name} is not used";
        }
    }
}
