using System.Text;
using Orleans.Inference.Events;

namespace Orleans.Inference.Expressions.Evaluation;

/// <summary>A text during evaluation, without a copy: a slice of the batch's text or a literal, perhaps to be read in lower case.</summary>
internal readonly struct TextValue
{
    private readonly byte[]? _literal;
    private readonly TextSlice _slice;

    private TextValue(byte[]? literal, TextSlice slice, bool isLower)
    {
        _literal = literal;
        _slice = slice;
        IsLower = isLower;
        IsPresent = true;
    }

    public bool IsPresent { get; }

    public bool IsLower { get; }

    public static TextValue Literal(byte[] utf8) => new(utf8, default, isLower: false);

    public static TextValue Field(EventBatch batch, int field, int row)
    {
        var column = batch.Columns[field];
        return column.Missing[row] ? default : new TextValue(null, column.Texts[row], isLower: false);
    }

    public static TextValue Lower(TextValue value) => value.IsPresent ? new TextValue(value._literal, value._slice, isLower: true) : default;

    public static TextValue Coalesce(TextValue first, TextValue second) => first.IsPresent ? first : second;

    public static bool Has(TextValue value) => value.IsPresent;

    /// <summary>The bytes before lower-casing; empty when missing.</summary>
    public ReadOnlySpan<byte> Bytes(EventBatch batch) => !IsPresent ? default : _literal ?? batch.TextOf(_slice);

    /// <summary>Whether lower case would change nothing, as far as ASCII tells.</summary>
    public static bool IsLowerAscii(ReadOnlySpan<byte> text) => Ascii.IsValid(text) && !text.ContainsAnyInRange((byte)'A', (byte)'Z');

    /// <summary>Writes the lower case of UTF-8 and returns its length; one character grows to at most one and a half times its bytes.</summary>
    public static int ToLower(ReadOnlySpan<byte> text, Span<byte> target)
    {
        var length = 0;
        while (!text.IsEmpty)
        {
            if (text[0] < 0x80)
            {
                target[length++] = text[0] is >= (byte)'A' and <= (byte)'Z' ? (byte)(text[0] | 0x20) : text[0];
                text = text[1..];
                continue;
            }

            Rune.DecodeFromUtf8(text, out var rune, out var consumed);
            length += Rune.ToLowerInvariant(rune).EncodeToUtf8(target[length..]);
            text = text[consumed..];
        }

        return length;
    }
}
