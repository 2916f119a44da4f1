using System.Text.RegularExpressions;

namespace Orleans.Inference.Fields;

/// <summary>One field of the schema: its type and what a value must satisfy.</summary>
public sealed record FieldModel
{
    public required string Name { get; init; }

    /// <summary>Position in <see cref="Pipelines.PipelineModel.Fields"/> and in <see cref="Events.EventBatch.Columns"/>.</summary>
    public required int Index { get; init; }

    public required FieldType Type { get; init; }

    /// <summary>Of a timestamp: how it is written. A number is accepted only where this is not <see cref="TimestampUnit.Iso8601"/>.</summary>
    public TimestampUnit Unit { get; init; }

    /// <summary>A record without a value (absent, null, empty CSV cell) is rejected, unless there is a <see cref="Default"/>. Never true for a label.</summary>
    public bool Required { get; init; } = true;

    /// <summary>The truth about the event: it never enters the event's own features.</summary>
    public bool IsLabel { get; init; }

    /// <summary>Smallest allowed number, inclusive.</summary>
    public double? Min { get; init; }

    /// <summary>Largest allowed number, inclusive.</summary>
    public double? Max { get; init; }

    /// <summary>Allowed texts, as UTF-8; null allows all.</summary>
    public IReadOnlyList<byte[]>? Enum { get; init; }

    /// <summary>A text must match it somewhere; null allows all. Compiled with <see cref="RegexOptions.NonBacktracking"/>.</summary>
    public Regex? Pattern { get; init; }

    /// <summary>The value of a record that has none; null when there is no default.</summary>
    public FieldDefault? Default { get; init; }

    public FieldStorage Storage => Type switch
    {
        FieldType.String => FieldStorage.Text,
        FieldType.Int or FieldType.Long or FieldType.Timestamp => FieldStorage.Integer,
        _ => FieldStorage.Number,
    };
}

/// <summary>A default value in the form of its field's <see cref="FieldStorage"/>; the other two members are unused.</summary>
public sealed record FieldDefault(double Number = 0, long Integer = 0, byte[]? Text = null);
