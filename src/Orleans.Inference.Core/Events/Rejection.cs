namespace Orleans.Inference.Events;

/// <summary>Why a record does not become an event.</summary>
public enum RejectReason : byte
{
    None,
    InvalidJson,
    NotAnObject,
    InvalidUtf8,
    TooFewCells,
    TooManyCells,
    RecordTooLarge,
    Missing,
    WrongType,
    NotFinite,
    NotWhole,
    OutOfRange,
    BelowMinimum,
    AboveMaximum,
    NotInEnum,
    PatternMismatch,
    KeyTooLong,
    InTheFuture,
}

/// <summary>A record's first fault.</summary>
/// <param name="Field">Index of the field, or -1 when the record as a whole is at fault.</param>
/// <param name="Reason">What is wrong with it.</param>
public readonly record struct Rejection(short Field, RejectReason Reason)
{
    public static readonly Rejection None = new(-1, RejectReason.None);

    public bool IsNone => Reason == RejectReason.None;

    /// <summary>The reason as people and dead-letter headers read it.</summary>
    public string Text => Reason switch
    {
        RejectReason.InvalidJson => "invalid JSON",
        RejectReason.NotAnObject => "not a JSON object",
        RejectReason.InvalidUtf8 => "invalid UTF-8",
        RejectReason.TooFewCells => "too few cells",
        RejectReason.TooManyCells => "too many cells",
        RejectReason.RecordTooLarge => "record larger than 1 MB",
        RejectReason.Missing => "missing",
        RejectReason.WrongType => "wrong type",
        RejectReason.NotFinite => "not finite",
        RejectReason.NotWhole => "not a whole number",
        RejectReason.OutOfRange => "out of range",
        RejectReason.BelowMinimum => "below the minimum",
        RejectReason.AboveMaximum => "above the maximum",
        RejectReason.NotInEnum => "not one of the allowed values",
        RejectReason.PatternMismatch => "does not match the pattern",
        RejectReason.KeyTooLong => "key longer than 1 KB",
        RejectReason.InTheFuture => "in the future",
        _ => "none",
    };
}
