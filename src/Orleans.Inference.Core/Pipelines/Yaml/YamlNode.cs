namespace Orleans.Inference.Pipelines.Yaml;

/// <summary>A 1-based place in the file.</summary>
internal readonly record struct Mark(int Line, int Column);

/// <summary>A node of a YAML file with its place. Aliases, anchors and tags are not part of pipeline files.</summary>
internal abstract record YamlNode(Mark Mark)
{
    /// <summary>What a message calls the node.</summary>
    public abstract string Description { get; }
}

/// <param name="Mark">Its first character.</param>
/// <param name="Text">Its value.</param>
/// <param name="IsPlain">Written without quotes: only then an empty text, <c>~</c> or <c>null</c> is no value.</param>
internal sealed record YamlScalar(Mark Mark, string Text, bool IsPlain) : YamlNode(Mark)
{
    public bool IsNull => IsPlain && Text is "" or "~" or "null";

    public override string Description => IsNull ? "empty" : $"`{(Text.Length > 60 ? Text[..60] + "..." : Text)}`";
}

internal sealed record YamlSequence(Mark Mark, IReadOnlyList<YamlNode> Items) : YamlNode(Mark)
{
    public override string Description => "a list";
}

/// <param name="Mark">Its first key or brace.</param>
/// <param name="Entries">In the order of the file, each key once.</param>
internal sealed record YamlMapping(Mark Mark, IReadOnlyList<YamlEntry> Entries) : YamlNode(Mark)
{
    public override string Description => "a mapping";
}

internal readonly record struct YamlEntry(YamlScalar Key, YamlNode Value);
