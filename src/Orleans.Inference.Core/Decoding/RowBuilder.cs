using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Orleans.Inference.Delivery;
using Orleans.Inference.Events;
using Orleans.Inference.Fields;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Predictions;

namespace Orleans.Inference.Decoding;

/// <summary>
/// Fills one row of a batch field by field, checks every value against the schema, and ends with an accepted or a rejected row. A record at fault in several fields
/// is rejected for the first of them in schema order. Used by one thread.
/// </summary>
internal sealed partial class RowBuilder(PipelineModel pipeline)
{
    // Arrays, because an interface's enumerator is an allocation for every event.
    private readonly FieldModel[] _fields = [.. pipeline.Fields];
    private readonly EntityTypeModel[] _entities = [.. pipeline.Entities];
    private readonly bool[] _seen = new bool[pipeline.Fields.Count];
    private readonly RejectReason[] _faults = new RejectReason[pipeline.Fields.Count];
    private EventBatch _batch = null!;
    private int _row;
    private RejectReason _recordFault;

    /// <summary>Starts the next row of the batch.</summary>
    public void Begin(EventBatch batch, PartitionOffset source, long timestamp)
    {
        _batch = batch;
        _row = batch.Count++;
        _recordFault = RejectReason.None;
        Array.Clear(_seen);
        Array.Clear(_faults);
        batch.Sources[_row] = source;
        batch.Timestamps[_row] = timestamp;
        batch.Flags[_row] = RowFlags.None;
    }

    /// <summary>The record as a whole is at fault; that outweighs any field.</summary>
    public void Fault(RejectReason reason) => _recordFault = reason;

    /// <summary>The field's value is at fault, until a later member of the same name replaces it.</summary>
    public void Fault(int field, RejectReason reason)
    {
        // Also a faulty value counts as seen, or it would be reported as missing.
        _seen[field] = true;
        _faults[field] = reason;
        Clear(_batch.Columns[field]);
    }

    /// <summary>A null, or an empty CSV cell: as if the field were not there.</summary>
    public void SetMissing(int field)
    {
        _seen[field] = false;
        _faults[field] = RejectReason.None;
    }

    /// <summary>Reads a text that stands for a value of any type, as CSV has them.</summary>
    public void SetFromText(int field, ReadOnlySpan<byte> text)
    {
        switch (_fields[field].Type)
        {
            case FieldType.String:
                if (Utf8.IsValid(text))
                {
                    SetText(field, text);
                }
                else
                {
                    Fault(field, RejectReason.InvalidUtf8);
                }

                break;
            case FieldType.Bool when text.SequenceEqual("true"u8) || text.SequenceEqual("1"u8):
                SetNumber(field, 1);
                break;
            case FieldType.Bool when text.SequenceEqual("false"u8) || text.SequenceEqual("0"u8):
                SetNumber(field, 0);
                break;
            case FieldType.Bool:
                Fault(field, RejectReason.WrongType);
                break;
            case FieldType.Timestamp when _fields[field].Unit == TimestampUnit.Iso8601:
                SetIsoTime(field, text);
                break;
            default:
                SetFromNumber(field, text);
                break;
        }
    }

    /// <summary>Reads the text of a number.</summary>
    public void SetFromNumber(int field, ReadOnlySpan<byte> text)
    {
        var model = _fields[field];
        switch (model.Type)
        {
            case FieldType.Int or FieldType.Long:
                if (NumberText.TryInteger(text, out var integer, out var isNumber))
                {
                    SetInteger(field, integer);
                }
                else
                {
                    Fault(field, isNumber ? WholeFault(text) : RejectReason.WrongType);
                }

                break;
            case FieldType.Float or FieldType.Double:
                if (NumberText.TryDouble(text, out var number))
                {
                    SetNumber(field, number);
                }
                else
                {
                    Fault(field, RejectReason.WrongType);
                }

                break;
            case FieldType.Bool when text.SequenceEqual("1"u8) || text.SequenceEqual("0"u8):
                SetNumber(field, text[0] - '0');
                break;
            case FieldType.Timestamp when model.Unit != TimestampUnit.Iso8601 && TimestampText.TryNumber(text, model.Unit, out var ticks):
                SetTime(field, ticks);
                break;
            default:
                Fault(field, RejectReason.WrongType);
                break;
        }
    }

    public void SetIsoTime(int field, ReadOnlySpan<byte> text)
    {
        if (TimestampText.TryIso(text, out var ticks))
        {
            SetTime(field, ticks);
        }
        else
        {
            Fault(field, RejectReason.WrongType);
        }
    }

    public void SetNumber(int field, double value)
    {
        var model = _fields[field];
        value = model.Type == FieldType.Float ? (float)value : value;
        if (!double.IsFinite(value))
        {
            Fault(field, RejectReason.NotFinite);
        }
        else if (IsWithin(field, model, value))
        {
            _batch.Columns[field].Numbers[_row] = value;
            Seen(field);
        }
    }

    /// <summary>Sets a text that is valid UTF-8.</summary>
    public void SetText(int field, ReadOnlySpan<byte> text) => SetText(field, text, inBatch: default);

    /// <summary>Room in the batch's text for a caller that writes the text itself; <see cref="SetReserved"/> ends it.</summary>
    public Span<byte> Reserve(int length) => _batch.ReserveText(length);

    public void SetReserved(int field, int length) => SetText(field, _batch.ReserveText(0)[..length], _batch.CommitText(length));

    /// <summary>Completes the row: defaults, missing values, id, time and keys.</summary>
    public void End()
    {
        for (var field = 0; field < _fields.Length; field++)
        {
            if (!_seen[field])
            {
                SetAbsent(field);
            }
        }

        var id = pipeline.Source.IdField;
        _batch.EventIds[_row] = _batch.Columns[id].Missing[_row] ? default : TextOf(id);
        var time = _batch.Columns[pipeline.Source.TimeField];
        _batch.EventTimes[_row] = time.Missing[_row] ? 0 : time.Integers[_row];
        foreach (var entity in _entities)
        {
            SetKey(entity);
        }

        var fault = FirstFault();
        _batch.Rejections[_row] = fault;
        _batch.Outcomes[_row] = fault.IsNone ? Outcome.Scored : Outcome.Rejected;
    }

    private Rejection FirstFault()
    {
        if (_recordFault != RejectReason.None)
        {
            return new Rejection(-1, _recordFault);
        }

        var field = _faults.AsSpan().IndexOfAnyExcept(RejectReason.None);
        return field < 0 ? Rejection.None : new Rejection((short)field, _faults[field]);
    }

    /// <summary>Leaves no value of an earlier row behind.</summary>
    private void Clear(Column column)
    {
        column.Missing[_row] = true;
        switch (column.Field.Storage)
        {
            case FieldStorage.Number:
                column.Numbers[_row] = 0;
                break;
            case FieldStorage.Integer:
                column.Integers[_row] = 0;
                break;
            default:
                column.Texts[_row] = default;
                break;
        }
    }

    private void SetText(int field, ReadOnlySpan<byte> text, TextSlice inBatch)
    {
        var model = _fields[field];
        if (model.Enum is not null && !Contains(model.Enum, text))
        {
            Fault(field, RejectReason.NotInEnum);
        }
        else if (model.Pattern is not null && !Matches(model, text))
        {
            Fault(field, RejectReason.PatternMismatch);
        }
        else
        {
            _batch.Columns[field].Texts[_row] = inBatch.Length == text.Length ? inBatch : _batch.AddText(text);
            Seen(field);
        }
    }

    private void SetInteger(int field, long value)
    {
        var model = _fields[field];
        if (model.Type == FieldType.Int && value is < int.MinValue or > int.MaxValue)
        {
            Fault(field, RejectReason.OutOfRange);
            return;
        }

        Span<byte> text = stackalloc byte[20];
        if (model.Enum is not null && !(value.TryFormat(text, out var length) && Contains(model.Enum, text[..length])))
        {
            Fault(field, RejectReason.NotInEnum);
        }
        else if (IsWithin(field, model, value))
        {
            _batch.Columns[field].Integers[_row] = value;
            Seen(field);
        }
    }

    private void SetTime(int field, long ticks)
    {
        if (!TimestampText.IsInRange(ticks))
        {
            Fault(field, RejectReason.OutOfRange);
            return;
        }

        _batch.Columns[field].Integers[_row] = ticks;
        Seen(field);
    }

    private bool IsWithin(int field, FieldModel model, double value)
    {
        if (value < model.Min)
        {
            Fault(field, RejectReason.BelowMinimum);
            return false;
        }

        if (value > model.Max)
        {
            Fault(field, RejectReason.AboveMaximum);
            return false;
        }

        return true;
    }

    private void Seen(int field)
    {
        _seen[field] = true;
        _faults[field] = RejectReason.None;
        _batch.Columns[field].Missing[_row] = false;
    }

    private void SetAbsent(int field)
    {
        var column = _batch.Columns[field];
        var model = _fields[field];
        Clear(column);
        if (model.Default is not { } value)
        {
            _faults[field] = model.Required && !model.IsLabel ? RejectReason.Missing : RejectReason.None;
            return;
        }

        column.Missing[_row] = false;
        switch (model.Storage)
        {
            case FieldStorage.Number:
                column.Numbers[_row] = value.Number;
                break;
            case FieldStorage.Integer:
                column.Integers[_row] = value.Integer;
                break;
            default:
                column.Texts[_row] = _batch.AddText(value.Text);
                break;
        }
    }

    private static RejectReason WholeFault(ReadOnlySpan<byte> text) =>
        NumberText.TryDouble(text, out var number) && double.IsFinite(number)
            ? double.IsInteger(number) ? RejectReason.OutOfRange : RejectReason.NotWhole
            : RejectReason.NotFinite;

    private static bool Contains(IReadOnlyList<byte[]> allowed, ReadOnlySpan<byte> text)
    {
        for (var i = 0; i < allowed.Count; i++)
        {
            if (text.SequenceEqual(allowed[i]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Matches(FieldModel model, ReadOnlySpan<byte> text)
    {
        var chars = ArrayPool<char>.Shared.Rent(Math.Max(1, text.Length));
        try
        {
            return model.Pattern!.IsMatch(chars.AsSpan(0, Encoding.UTF8.GetChars(text, chars)));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(chars);
        }
    }
}
