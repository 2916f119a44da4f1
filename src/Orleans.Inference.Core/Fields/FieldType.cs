namespace Orleans.Inference.Fields;

/// <summary>What a field's values are. The names are those of <c>type:</c> in pipeline.yaml, in lower case.</summary>
public enum FieldType
{
    String,
    Int,
    Long,
    Float,
    Double,
    Bool,
    Timestamp,
}

/// <summary>How a timestamp is written: ISO 8601 text, or a number of units since the Unix epoch.</summary>
public enum TimestampUnit
{
    Iso8601,
    Seconds,
    Milliseconds,
    Microseconds,
}

/// <summary>Which array of a <see cref="Events.Column"/> holds a field's values.</summary>
public enum FieldStorage
{
    /// <summary>float, double and bool (1 or 0), as double; a float is rounded to float32 first.</summary>
    Number,

    /// <summary>int and long as they are; a timestamp as UTC ticks of 100 ns since 0001-01-01 (<see cref="DateTime.Ticks"/>).</summary>
    Integer,

    /// <summary>UTF-8 text.</summary>
    Text,
}
