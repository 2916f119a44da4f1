using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Orleans.Inference.Events;
using Orleans.Inference.Expressions.Parsing;

namespace Orleans.Inference.Expressions.Evaluation;

/// <summary>What compiled expressions do with texts. Nothing is allocated: lower case and UTF-16 go through pooled buffers.</summary>
internal static class TextOperations
{
    /// <summary>A field against a literal: the common case, on the bytes as they lie.</summary>
    public static bool FieldEquals(EventBatch batch, int field, int row, byte[] literal)
    {
        var column = batch.Columns[field];
        return !column.Missing[row] && batch.TextOf(column.Texts[row]).SequenceEqual(literal);
    }

    public static bool FieldDiffers(EventBatch batch, int field, int row, byte[] literal)
    {
        var column = batch.Columns[field];
        return !column.Missing[row] && !batch.TextOf(column.Texts[row]).SequenceEqual(literal);
    }

    public static bool FieldIsIn(EventBatch batch, int field, int row, byte[][] literals)
    {
        var column = batch.Columns[field];
        if (column.Missing[row])
        {
            return false;
        }

        var text = batch.TextOf(column.Texts[row]);
        foreach (var literal in literals)
        {
            if (text.SequenceEqual(literal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>By UTF-8 bytes, which is the order of code points; false when either is missing.</summary>
    public static bool Compare(EventBatch batch, TextValue left, TextValue right, BinaryOperator comparison)
    {
        if (!left.IsPresent || !right.IsPresent)
        {
            return false;
        }

        using var leftText = new ResolvedText(batch, left);
        using var rightText = new ResolvedText(batch, right);
        return Comparisons.Holds(leftText.Span.SequenceCompareTo(rightText.Span), comparison);
    }

    public static bool Contains(EventBatch batch, TextValue text, TextValue part)
    {
        if (!text.IsPresent || !part.IsPresent)
        {
            return false;
        }

        using var whole = new ResolvedText(batch, text);
        using var wanted = new ResolvedText(batch, part);
        return whole.Span.IndexOf(wanted.Span) >= 0;
    }

    public static bool StartsWith(EventBatch batch, TextValue text, TextValue part)
    {
        if (!text.IsPresent || !part.IsPresent)
        {
            return false;
        }

        using var whole = new ResolvedText(batch, text);
        using var wanted = new ResolvedText(batch, part);
        return whole.Span.StartsWith(wanted.Span);
    }

    public static bool Matches(EventBatch batch, TextValue text, Regex regex)
    {
        if (!text.IsPresent)
        {
            return false;
        }

        using var utf8 = new ResolvedText(batch, text);
        var characters = ArrayPool<char>.Shared.Rent(utf8.Span.Length);
        var length = Encoding.UTF8.GetChars(utf8.Span, characters);
        var matches = regex.IsMatch(characters.AsSpan(0, length));
        ArrayPool<char>.Shared.Return(characters);
        return matches;
    }

    /// <summary>Code points; NaN when missing.</summary>
    public static double Length(EventBatch batch, TextValue text)
    {
        if (!text.IsPresent)
        {
            return double.NaN;
        }

        var length = 0;
        foreach (var unit in text.Bytes(batch))
        {
            length += (unit & 0xC0) == 0x80 ? 0 : 1;
        }

        return length;
    }

    /// <summary>A text's bytes, lower-cased into a pooled buffer where that is asked for.</summary>
    private ref struct ResolvedText
    {
        private byte[]? _buffer;

        public ResolvedText(EventBatch batch, TextValue value)
        {
            Span = value.Bytes(batch);
            if (value.IsLower && !TextValue.IsLowerAscii(Span))
            {
                _buffer = ArrayPool<byte>.Shared.Rent(Span.Length * 2);
                Span = _buffer.AsSpan(0, TextValue.ToLower(Span, _buffer));
            }
        }

        public ReadOnlySpan<byte> Span { get; }

        public void Dispose()
        {
            if (_buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = null;
            }
        }
    }
}
