using System.Text.Json;
using System.Text.Unicode;
using Orleans.Inference.Delivery;
using Orleans.Inference.Events;
using Orleans.Inference.Fields;
using Orleans.Inference.Pipelines;

namespace Orleans.Inference.Decoding;

/// <summary>
/// Decodes one JSON object a record, straight from UTF-8 into the columns of a batch: no object per field, no dictionary per event. Members that are not in
/// the schema are ignored; of a member that comes twice the last counts. Used by one thread.
/// </summary>
public sealed class JsonEventDecoder
{
    /// <summary>Largest record in bytes.</summary>
    public const int MaxRecordLength = 1024 * 1024;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = 64 };

    private readonly byte[][] _names;
    private readonly FieldModel[] _fields;
    private readonly RowBuilder _builder;

    public JsonEventDecoder(PipelineModel pipeline)
    {
        _fields = [.. pipeline.Fields];
        _names = [.. pipeline.Fields.Select(field => System.Text.Encoding.UTF8.GetBytes(field.Name))];
        _builder = new RowBuilder(pipeline);
    }

    /// <summary>Appends a row for the record; what does not fit makes a rejected row, never an exception.</summary>
    public void Decode(EventBatch batch, ReadOnlySpan<byte> record, PartitionOffset source, long timestamp)
    {
        _builder.Begin(batch, source, timestamp);
        if (record.Length > MaxRecordLength)
        {
            _builder.Fault(RejectReason.RecordTooLarge);
        }
        else if (!Utf8.IsValid(record))
        {
            _builder.Fault(RejectReason.InvalidUtf8);
        }
        else
        {
            DecodeObject(record);
        }

        _builder.End();
    }

    private void DecodeObject(ReadOnlySpan<byte> record)
    {
        try
        {
            var reader = new Utf8JsonReader(record, Options);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                // Whether the rest is JSON decides between the two reasons.
                reader.Skip();
                reader.Read();
                _builder.Fault(RejectReason.NotAnObject);
                return;
            }

            var expected = 0;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var field = Match(ref reader, ref expected);
                reader.Read();
                if (field < 0)
                {
                    reader.Skip();
                }
                else
                {
                    DecodeValue(ref reader, field);
                }
            }

            // Anything but white space after the object throws here.
            reader.Read();
        }
        catch (JsonException)
        {
            _builder.Fault(RejectReason.InvalidJson);
        }
    }

    /// <summary>The field of a member's name, tried first where the last record had it; -1 when it is not in the schema.</summary>
    private int Match(ref Utf8JsonReader reader, ref int expected)
    {
        if (reader.ValueIsEscaped)
        {
            return MatchEscaped(ref reader);
        }

        for (var i = 0; i < _names.Length; i++)
        {
            var field = expected + i;
            field = field >= _names.Length ? field - _names.Length : field;
            if (reader.ValueTextEquals(_names[field]))
            {
                expected = field + 1;
                return field;
            }
        }

        return -1;
    }

    private int MatchEscaped(ref Utf8JsonReader reader)
    {
        try
        {
            for (var field = 0; field < _names.Length; field++)
            {
                if (reader.ValueTextEquals(_names[field]))
                {
                    return field;
                }
            }
        }
        catch (InvalidOperationException)
        {
            // An escaped lone surrogate: a JSON string that is no text, and so no field's name.
        }

        return -1;
    }

    private void DecodeValue(ref Utf8JsonReader reader, int field)
    {
        var type = _fields[field].Type;
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                _builder.SetMissing(field);
                break;
            case JsonTokenType.String when reader.ValueIsEscaped && (type == FieldType.String || IsIsoTime(field)):
                DecodeEscaped(ref reader, field);
                break;
            case JsonTokenType.String when type == FieldType.String:
                _builder.SetText(field, reader.ValueSpan);
                break;
            case JsonTokenType.String when IsIsoTime(field):
                _builder.SetIsoTime(field, reader.ValueSpan);
                break;
            case JsonTokenType.Number:
                _builder.SetFromNumber(field, reader.ValueSpan);
                break;
            case JsonTokenType.True when type == FieldType.Bool:
                _builder.SetNumber(field, 1);
                break;
            case JsonTokenType.False when type == FieldType.Bool:
                _builder.SetNumber(field, 0);
                break;
            default:
                reader.Skip();
                _builder.Fault(field, RejectReason.WrongType);
                break;
        }
    }

    private bool IsIsoTime(int field) => _fields[field] is { Type: FieldType.Timestamp, Unit: TimestampUnit.Iso8601 };

    /// <summary>Some writers escape more than they must, System.Text.Json the plus sign of an offset.</summary>
    private void DecodeEscaped(ref Utf8JsonReader reader, int field)
    {
        var text = _builder.Reserve(reader.ValueSpan.Length);
        int length;
        try
        {
            length = reader.CopyString(text);
        }
        catch (InvalidOperationException)
        {
            // An escaped lone surrogate: a JSON string that is no text.
            _builder.Fault(field, RejectReason.InvalidUtf8);
            return;
        }

        if (IsIsoTime(field))
        {
            _builder.SetIsoTime(field, text[..length]);
        }
        else
        {
            _builder.SetReserved(field, length);
        }
    }
}
