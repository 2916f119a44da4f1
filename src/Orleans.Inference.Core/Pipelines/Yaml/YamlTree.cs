using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Orleans.Inference.Pipelines.Yaml;

/// <summary>
/// Reads a YAML text into nodes with their places. YamlDotNet's own tree stops at the first duplicate key and recurses without a limit; this one, from
/// its parser's events, reports every duplicate and refuses deep nesting.
/// </summary>
internal sealed class YamlTree
{
    /// <summary>Deepest nesting of lists and mappings.</summary>
    private const int MaxDepth = 32;

    private readonly ProblemList _problems;
    private readonly Parser _parser;

    private YamlTree(string text, ProblemList problems)
    {
        _problems = problems;
        _parser = new Parser(new StringReader(text));
    }

    /// <summary>The root mapping, or null when a problem kept the file from being read.</summary>
    public static YamlMapping? Read(string text, ProblemList problems)
    {
        try
        {
            return new YamlTree(text, problems).ReadFile();
        }
        catch (YamlException exception)
        {
            var message = exception.InnerException is null ? exception.Message : exception.InnerException.Message;
            problems.Add(MarkOf(exception.Start), $"not valid YAML: {message.TrimEnd('.')}; allowed: YAML 1.2 with spaces for indentation");
            return null;
        }
    }

    private YamlMapping? ReadFile()
    {
        _parser.Consume<StreamStart>();
        if (_parser.Accept<StreamEnd>(out _))
        {
            _problems.Add(new Mark(1, 1), "the file is empty; allowed: a mapping that begins with `pipeline: name`");
            return null;
        }

        _parser.Consume<DocumentStart>();
        var root = ReadNode(1);
        _parser.Consume<DocumentEnd>();
        if (!_parser.Accept<StreamEnd>(out _))
        {
            _problems.Add(MarkOf(_parser.Current!.Start), "a second YAML document begins here; allowed: one pipeline a file");
            return null;
        }

        if (root is null or YamlMapping)
        {
            return (YamlMapping?)root;
        }

        _problems.Add(root.Mark, $"the file is {root.Description}; allowed: a mapping that begins with `pipeline: name`");
        return null;
    }

    /// <summary>The next node, or null when it cannot be used and a problem says why.</summary>
    private YamlNode? ReadNode(int depth)
    {
        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            _problems.Add(MarkOf(alias.Start), "an alias (`*name`) is not allowed; write the value out");
            return null;
        }

        var start = _parser.Consume<NodeEvent>();
        var mark = MarkOf(start.Start);
        if (!start.Anchor.IsEmpty)
        {
            _problems.Add(mark, $"an anchor (`&{start.Anchor.Value}`) is not allowed; remove it");
        }

        if (!start.Tag.IsEmpty && !start.Tag.IsNonSpecific)
        {
            _problems.Add(mark, $"a tag (`{start.Tag.Value}`) is not allowed; remove it");
        }

        if (depth > MaxDepth)
        {
            throw new YamlException(start.Start, start.End, $"nested deeper than {MaxDepth} levels");
        }

        return start switch
        {
            Scalar scalar => new YamlScalar(mark, scalar.Value, scalar.Style == ScalarStyle.Plain),
            SequenceStart => ReadSequence(mark, depth),
            _ => ReadMapping(mark, depth),
        };
    }

    private YamlSequence ReadSequence(Mark mark, int depth)
    {
        var items = new List<YamlNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            if (ReadNode(depth + 1) is { } item)
            {
                items.Add(item);
            }
        }

        return new YamlSequence(mark, items);
    }

    private YamlMapping ReadMapping(Mark mark, int depth)
    {
        var entries = new List<YamlEntry>();
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var key = ReadNode(depth + 1);
            var value = ReadNode(depth + 1);
            if (key is not null and not YamlScalar)
            {
                _problems.Add(key.Mark, $"a key is {key.Description}; allowed: a name");
            }
            else if (key is YamlScalar name && !lines.TryAdd(name.Text, name.Mark.Line))
            {
                _problems.Add(name.Mark, $"the key `{name.Text}` is there twice, first in line {lines[name.Text]}; allowed: once");
            }
            else if (key is YamlScalar unique && value is not null)
            {
                entries.Add(new YamlEntry(unique, value));
            }
        }

        return new YamlMapping(mark, entries);
    }

    private static Mark MarkOf(YamlDotNet.Core.Mark mark) => new((int)Math.Max(1, mark.Line), (int)Math.Max(1, mark.Column));
}
