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
        var tree = new YamlTree(text, problems);
        try
        {
            return tree.ReadFile();
        }
        catch (YamlException exception)
        {
            tree.AddSyntaxProblem(text, MarkOf(exception.Start), exception.Message.TrimEnd('.'));
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // YamlDotNet's scanner gives up on some malformed texts without an exception of its own; the last event is the nearest place known.
            tree.AddSyntaxProblem(text, tree._parser.Current is { } last ? MarkOf(last.End) : new Mark(1, 1), "it cannot be read from here on");
        }

        return null;
    }

    private void AddSyntaxProblem(string text, Mark mark, string message)
    {
        if (IndentingTab(text) is { } tab)
        {
            _problems.Add(tab, "a tab indents the line; allowed: spaces");
        }
        else
        {
            _problems.Add(mark, $"not valid YAML: {message}; allowed: YAML with spaces for indentation");
        }
    }

    private YamlMapping? ReadFile()
    {
        _parser.Consume<StreamStart>();
        if (_parser.Accept<StreamEnd>(out _))
        {
            return Empty(new Mark(1, 1));
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

        if (root is YamlScalar { IsNull: true })
        {
            return Empty(new Mark(1, 1));
        }

        _problems.Add(root.Mark, $"the file is {root.Description}; allowed: a mapping that begins with `pipeline: name`");
        return null;
    }

    private YamlMapping? Empty(Mark mark)
    {
        _problems.Add(mark, "the file is empty; allowed: a mapping that begins with `pipeline: name`");
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

    /// <summary>The first tab among the blanks that begin a line: the usual mistake, which the parser reports elsewhere and otherwise.</summary>
    private static Mark? IndentingTab(string text)
    {
        var line = 0;
        foreach (var content in text.AsSpan().EnumerateLines())
        {
            line++;
            var blanks = content.Length - content.TrimStart(" \t").Length;
            if (content[..blanks].IndexOf('\t') is >= 0 and var column && blanks < content.Length)
            {
                return new Mark(line, column + 1);
            }
        }

        return null;
    }

    private static Mark MarkOf(YamlDotNet.Core.Mark mark) => new((int)Math.Max(1, mark.Line), (int)Math.Max(1, mark.Column));
}
