using System.Buffers.Text;
using Orleans.Inference.Entities;
using Orleans.Inference.Events;
using Orleans.Inference.Fields;
using Orleans.Inference.Pipelines;
using Orleans.Inference.Predictions;

namespace Orleans.Inference.Decoding;

internal sealed partial class RowBuilder
{
    /// <summary>Longest entity key in bytes of UTF-8.</summary>
    public const int MaxKeyLength = 1024;

    private const byte PartSeparator = 0x1F;

    private void SetKey(EntityTypeModel entity)
    {
        var keys = _batch.Keys[entity.Index];
        keys.Slices[_row] = default;
        keys.Present[_row] = true;
        foreach (var field in entity.KeyFields)
        {
            if (_batch.Columns[field].Missing[_row])
            {
                keys.Present[_row] = false;
                if (entity.Index == 0 && _faults[field] == RejectReason.None)
                {
                    _faults[field] = RejectReason.Missing;
                }
            }
        }

        if (!keys.Present[_row])
        {
            return;
        }

        var slice = entity.KeyFields.Count == 1 ? TextOf(entity.KeyFields[0]) : JoinedText(entity);
        if (slice.Length > MaxKeyLength)
        {
            keys.Present[_row] = false;
            Fault(entity.KeyFields[0], RejectReason.KeyTooLong);
            return;
        }

        keys.Slices[_row] = slice;
        keys.Hashes[_row] = XxHash64.Hash(_batch.TextOf(slice));
    }

    /// <summary>A composite key: the parts' texts with the unit separator between them.</summary>
    private TextSlice JoinedText(EntityTypeModel entity)
    {
        // Formatting a part writes into the batch's text too, so every part stands there before the first is joined.
        Span<TextSlice> parts = stackalloc TextSlice[entity.KeyFields.Count];
        var length = parts.Length - 1;
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = TextOf(entity.KeyFields[i]);
            length += parts[i].Length;
        }

        var target = _batch.ReserveText(length + 1);
        foreach (var part in parts)
        {
            _batch.TextOf(part).CopyTo(target);
            target[part.Length] = PartSeparator;
            target = target[(part.Length + 1)..];
        }

        return _batch.CommitText(length);
    }

    /// <summary>The value as text: as it is, or formatted into the batch.</summary>
    private TextSlice TextOf(int field)
    {
        var column = _batch.Columns[field];
        if (column.Texts.Length > 0)
        {
            return column.Texts[_row];
        }

        var target = _batch.ReserveText(40);
        int length;
        if (column.Field.Type == FieldType.Timestamp)
        {
            length = EventTimeText.Format(column.Integers[_row], target);
        }
        else if (column.Integers.Length > 0)
        {
            Utf8Formatter.TryFormat(column.Integers[_row], target, out length);
        }
        else if (column.Field.Type == FieldType.Bool)
        {
            var text = column.Numbers[_row] != 0 ? "true"u8 : "false"u8;
            text.CopyTo(target);
            length = text.Length;
        }
        else if (column.Field.Type == FieldType.Float)
        {
            ((float)column.Numbers[_row]).TryFormat(target, out length);
        }
        else
        {
            column.Numbers[_row].TryFormat(target, out length);
        }

        return _batch.CommitText(length);
    }
}
